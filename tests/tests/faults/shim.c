/* A disk that can fail, between a program and its files: loaded with LD_PRELOAD.
 *
 * It stands in for the calls that change files below FAULT_DIR and writes into FAULT_SIDE what it takes
 * to undo whatever has not been synced, so that a test can cut the power: kill the program, then put
 * back what a disk would have forgotten. What it does is told by a page of numbers in FAULT_SIDE/control
 * that the test changes while the program runs.
 *
 *   FAULT_SIDE/undo-INODE   for each file: records of what a write has covered, emptied by a sync
 *   FAULT_SIDE/names        what was made, renamed and removed, until its folder is synced
 *   FAULT_SIDE/kept-N       what was removed or replaced, as a hard link
 *
 * Not covered: mkdir (the folders are there before), mmap (SQLite maps only its -shm, which no restart
 * needs), copy_file_range and io_uring (the server uses neither for these files).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* The order is that of `Knob` in disk.rs. */
struct control {
  int64_t lies;        /* not 0: syncs say that they are done, and do nothing */
  int64_t write_errno; /* not 0: what grows or changes a file fails so */
  int64_t sync_fails;  /* so many syncs from now on fail with EIO */
  int64_t clock_us;    /* the wall clock is ahead by this */
  int64_t refused;     /* counted here: calls that were refused */
  int64_t syncs;       /* counted here: syncs that were done */
};

#define MOST_FDS 65536

static struct control *control;
static char dir[PATH_MAX], side[PATH_MAX];
static size_t dir_len;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char is_ours[MOST_FDS]; /* 1 a file, 2 a folder */
static int kept;

#define REAL(name) real_##name
static int (*REAL(open))(const char *, int, ...);
static int (*REAL(openat))(int, const char *, int, ...);
static ssize_t (*REAL(write))(int, const void *, size_t);
static ssize_t (*REAL(pwrite))(int, const void *, size_t, off_t);
static ssize_t (*REAL(writev))(int, const struct iovec *, int);
static int (*REAL(ftruncate))(int, off_t);
static int (*REAL(fallocate))(int, off_t, off_t);
static int (*REAL(fsync))(int);
static int (*REAL(fdatasync))(int);
static int (*REAL(rename))(const char *, const char *);
static int (*REAL(unlink))(const char *);
static int (*REAL(close))(int);
static int (*REAL(clock_gettime))(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
  REAL(open) = dlsym(RTLD_NEXT, "open64");
  REAL(openat) = dlsym(RTLD_NEXT, "openat64");
  REAL(write) = dlsym(RTLD_NEXT, "write");
  REAL(pwrite) = dlsym(RTLD_NEXT, "pwrite64");
  REAL(writev) = dlsym(RTLD_NEXT, "writev");
  REAL(ftruncate) = dlsym(RTLD_NEXT, "ftruncate64");
  REAL(fallocate) = dlsym(RTLD_NEXT, "posix_fallocate64");
  REAL(fsync) = dlsym(RTLD_NEXT, "fsync");
  REAL(fdatasync) = dlsym(RTLD_NEXT, "fdatasync");
  REAL(rename) = dlsym(RTLD_NEXT, "rename");
  REAL(unlink) = dlsym(RTLD_NEXT, "unlink");
  REAL(close) = dlsym(RTLD_NEXT, "close");
  REAL(clock_gettime) = dlsym(RTLD_NEXT, "clock_gettime");
  const char *from = getenv("FAULT_DIR"), *to = getenv("FAULT_SIDE");
  if (!from || !to || !realpath(from, dir) || !realpath(to, side)) return;
  dir_len = strlen(dir);
  char path[PATH_MAX + 16];
  snprintf(path, sizeof path, "%s/control", side);
  int fd = REAL(open)(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *page = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  REAL(close)(fd);
  if (page != MAP_FAILED) control = page;
}

static int is_below(const char *path) {
  return control && strncmp(path, dir, dir_len) == 0 && (path[dir_len] == '/' || !path[dir_len]);
}

/* -shm files live in memory: what they hold is made anew. */
static int is_memory(const char *path) {
  size_t length = strlen(path);
  return length > 4 && strcmp(path + length - 4, "-shm") == 0;
}

static int refuse(int error) {
  __atomic_add_fetch(&control->refused, 1, __ATOMIC_RELAXED);
  errno = error;
  return -1;
}

static int kind_of(int fd) { return control && fd >= 0 && fd < MOST_FDS ? is_ours[fd] : 0; }

static void put(int fd, const void *bytes, size_t count) {
  const char *at = bytes;
  while (count > 0) {
    ssize_t done = REAL(write)(fd, at, count);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) abort(); /* the test's own disk is full: nothing is to be learnt */
    at += done, count -= (size_t)done;
  }
}

static int open_side(const char *name, int64_t number, int more) {
  char path[PATH_MAX + 48];
  if (number >= 0) snprintf(path, sizeof path, "%s/%s-%lld", side, name, (long long)number);
  else snprintf(path, sizeof path, "%s/%s", side, name);
  int fd = REAL(open)(path, O_WRONLY | O_CREAT | O_CLOEXEC | more, 0600);
  if (fd < 0) abort();
  return fd;
}

/* Keeps what a change of [offset, offset + count) is going to cover, and the size before it. */
static void keep(int fd, off_t offset, off_t count) {
  struct stat now;
  if (fstat(fd, &now) != 0) return;
  off_t old = offset < now.st_size ? now.st_size - offset : 0;
  if (old > count) old = count;
  char *bytes = malloc((size_t)old + 1);
  if (!bytes) abort();
  /* The file may be open for writing alone. */
  char path[48];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  int reader = old > 0 ? REAL(open)(path, O_RDONLY | O_CLOEXEC) : -1;
  off_t done = 0;
  while (reader >= 0 && done < old) {
    ssize_t got = pread(reader, bytes + done, (size_t)(old - done), offset + done);
    if (got <= 0) break;
    done += got;
  }
  if (reader >= 0) REAL(close)(reader);
  int undo = open_side("undo", (int64_t)now.st_ino, O_APPEND);
  int64_t head[3] = {offset, done, now.st_size};
  put(undo, head, sizeof head);
  put(undo, bytes, (size_t)done);
  REAL(close)(undo);
  free(bytes);
}

/* Notes a change of names: a mark, the path, the path before and what is kept, each ended by 0. */
static void note(char mark, const char *path, const char *before, const char *saved) {
  int fd = open_side("names", -1, O_APPEND);
  char text[3 * PATH_MAX + 8];
  int length = snprintf(text, sizeof text, "%c%s%c%s%c%s%c", mark, path, 0, before, 0, saved, 0);
  put(fd, text, (size_t)length);
  REAL(close)(fd);
}

/* Keeps a file that is about to lose its name; the path of what is kept. */
static const char *keep_file(const char *path, char *to, size_t room) {
  snprintf(to, room, "%s/kept-%d-%d", side, (int)getpid(), kept++);
  return link(path, to) == 0 ? to : "";
}

static int opened(int fd, const char *path, int was_there) {
  if (fd < 0 || fd >= MOST_FDS) return fd;
  struct stat now;
  int kind = 0;
  if (is_below(path) && !is_memory(path) && fstat(fd, &now) == 0)
    kind = S_ISDIR(now.st_mode) ? 2 : S_ISREG(now.st_mode) ? 1 : 0;
  is_ours[fd] = (unsigned char)kind;
  if (kind == 1 && !was_there) note('c', path, "", "");
  return fd;
}

static int open_any(const char *path, int flags, mode_t mode) {
  int ours = path[0] == '/' && is_below(path) && !is_memory(path);
  if (!ours) {
    int fd = REAL(open)(path, flags, mode);
    if (fd >= 0 && fd < MOST_FDS) is_ours[fd] = 0;
    return fd;
  }
  int was_there = access(path, F_OK) == 0;
  int error = (int)control->write_errno;
  if (error == EROFS && (flags & O_ACCMODE) != O_RDONLY) return refuse(error);
  if (error && (flags & O_CREAT) && !was_there) return refuse(error);
  pthread_mutex_lock(&lock);
  int fd;
  if (flags & O_TRUNC) {
    fd = REAL(open)(path, flags & ~O_TRUNC, mode);
    opened(fd, path, was_there);
    if (fd >= 0 && is_ours[fd] == 1) {
      struct stat now;
      if (fstat(fd, &now) == 0 && now.st_size > 0) keep(fd, 0, now.st_size);
      REAL(ftruncate)(fd, 0);
    }
  } else {
    fd = opened(REAL(open)(path, flags, mode), path, was_there);
  }
  pthread_mutex_unlock(&lock);
  return fd;
}

#define WITH_MODE(last) \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list rest; \
    va_start(rest, last); \
    mode = va_arg(rest, mode_t); \
    va_end(rest); \
  }

int open(const char *path, int flags, ...) { WITH_MODE(flags) return open_any(path, flags, mode); }
int open64(const char *path, int flags, ...) { WITH_MODE(flags) return open_any(path, flags, mode); }
static int openat_any(int at, const char *path, int flags, mode_t mode) {
  if (path[0] == '/') return open_any(path, flags, mode);
  int fd = REAL(openat)(at, path, flags, mode);
  if (fd >= 0 && fd < MOST_FDS) is_ours[fd] = 0;
  return fd;
}
int openat(int at, const char *path, int flags, ...) { WITH_MODE(flags) return openat_any(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { WITH_MODE(flags) return openat_any(at, path, flags, mode); }

int close(int fd) {
  if (fd >= 0 && fd < MOST_FDS) is_ours[fd] = 0;
  return REAL(close)(fd);
}

static ssize_t pwrite_any(int fd, const void *bytes, size_t count, off_t offset) {
  if (kind_of(fd) != 1) return REAL(pwrite)(fd, bytes, count, offset);
  if (control->write_errno) return refuse((int)control->write_errno);
  pthread_mutex_lock(&lock);
  keep(fd, offset, (off_t)count);
  ssize_t done = REAL(pwrite)(fd, bytes, count, offset);
  pthread_mutex_unlock(&lock);
  return done;
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite_any(fd, bytes, count, offset); }
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) { return pwrite_any(fd, bytes, count, offset); }

/* Where a plain write goes to. */
static off_t place(int fd) {
  struct stat now;
  if ((fcntl(fd, F_GETFL) & O_APPEND) && fstat(fd, &now) == 0) return now.st_size;
  return lseek(fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  if (kind_of(fd) != 1) return REAL(write)(fd, bytes, count);
  if (control->write_errno) return refuse((int)control->write_errno);
  pthread_mutex_lock(&lock);
  keep(fd, place(fd), (off_t)count);
  ssize_t done = REAL(write)(fd, bytes, count);
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (kind_of(fd) != 1) return REAL(writev)(fd, parts, count);
  if (control->write_errno) return refuse((int)control->write_errno);
  off_t all = 0;
  for (int at = 0; at < count; at++) all += (off_t)parts[at].iov_len;
  pthread_mutex_lock(&lock);
  keep(fd, place(fd), all);
  ssize_t done = REAL(writev)(fd, parts, count);
  pthread_mutex_unlock(&lock);
  return done;
}

static int ftruncate_any(int fd, off_t size) {
  if (kind_of(fd) != 1) return REAL(ftruncate)(fd, size);
  if (control->write_errno) return refuse((int)control->write_errno);
  struct stat now;
  pthread_mutex_lock(&lock);
  if (fstat(fd, &now) == 0 && now.st_size > size) keep(fd, size, now.st_size - size);
  else keep(fd, size, 0);
  int done = REAL(ftruncate)(fd, size);
  pthread_mutex_unlock(&lock);
  return done;
}
int ftruncate(int fd, off_t size) { return ftruncate_any(fd, size); }
int ftruncate64(int fd, off64_t size) { return ftruncate_any(fd, size); }

static int fallocate_any(int fd, off_t offset, off_t count) {
  if (kind_of(fd) != 1) return REAL(fallocate)(fd, offset, count);
  if (control->write_errno) return refuse((int)control->write_errno), errno;
  pthread_mutex_lock(&lock);
  keep(fd, offset + count, 0);
  int done = REAL(fallocate)(fd, offset, count);
  pthread_mutex_unlock(&lock);
  return done;
}
int posix_fallocate(int fd, off_t offset, off_t count) { return fallocate_any(fd, offset, count); }
int posix_fallocate64(int fd, off64_t offset, off64_t count) { return fallocate_any(fd, offset, count); }

/* What a sync of a file or of a folder makes lasting needs no undoing. Names of other folders that were
 * noted meanwhile are made lasting with them: a journal writes names in their order. */
static int sync_any(int fd, int (*real)(int)) {
  int kind = kind_of(fd);
  if (!kind) return real(fd);
  if (control->lies) return 0;
  if (control->write_errno == EROFS) return real(fd);
  if (control->sync_fails > 0) {
    __atomic_sub_fetch(&control->sync_fails, 1, __ATOMIC_RELAXED);
    return refuse(EIO);
  }
  struct stat now;
  pthread_mutex_lock(&lock);
  int done = real(fd);
  if (done == 0 && fstat(fd, &now) == 0) {
    if (kind == 1) REAL(close)(open_side("undo", (int64_t)now.st_ino, O_TRUNC));
    else REAL(close)(open_side("names", -1, O_TRUNC));
    __atomic_add_fetch(&control->syncs, 1, __ATOMIC_RELAXED);
  }
  pthread_mutex_unlock(&lock);
  return done;
}
int fsync(int fd) { return sync_any(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_any(fd, REAL(fdatasync)); }

int rename(const char *from, const char *to) {
  if (!is_below(from) || !is_below(to)) return REAL(rename)(from, to);
  if (control->write_errno) return refuse((int)control->write_errno);
  char before[PATH_MAX + 48];
  pthread_mutex_lock(&lock);
  note('r', to, from, keep_file(to, before, sizeof before));
  int done = REAL(rename)(from, to);
  pthread_mutex_unlock(&lock);
  return done;
}

int unlink(const char *path) {
  if (!is_below(path) || is_memory(path)) return REAL(unlink)(path);
  if (control->write_errno) return refuse((int)control->write_errno);
  char before[PATH_MAX + 48];
  pthread_mutex_lock(&lock);
  note('u', path, "", keep_file(path, before, sizeof before));
  int done = REAL(unlink)(path);
  pthread_mutex_unlock(&lock);
  return done;
}

/* The wall clock. Time that only goes on, such as that of waits, is left alone. */
int clock_gettime(clockid_t clock, struct timespec *now) {
  int done = REAL(clock_gettime)(clock, now);
  if (done == 0 && control && control->clock_us && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    int64_t us = now->tv_sec * INT64_C(1000000) + now->tv_nsec / 1000 + control->clock_us;
    now->tv_sec = us / 1000000;
    now->tv_nsec = us % 1000000 * 1000 + now->tv_nsec % 1000;
  }
  return done;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec time;
  int done = clock_gettime(CLOCK_REALTIME, &time);
  now->tv_sec = time.tv_sec, now->tv_usec = time.tv_nsec / 1000;
  return done;
}

time_t time(time_t *to) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (to) *to = now.tv_sec;
  return now.tv_sec;
}
