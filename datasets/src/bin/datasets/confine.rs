//! What this process takes from itself before it opens a file that somebody sent: the network, other programs,
//! all files but a few, and more memory, time and disk than it was given.
//!
//! It is done from within, before any thread begins: the system holds it from then on, and nothing that a file
//! brings this program to do can take it back.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::Args;

/// Open files at most.
const FILES: u64 = 256;
/// Address space beyond what may be written to: code, and room that allocators only reserve.
const RESERVED_MIB: u64 = 4096;

/// How a process is confined.
#[derive(Debug, Clone, Args)]
pub(crate) struct Confine {
    /// Give up the network, other programs and all files but source and target, before anything is read
    #[arg(long, help_heading = "Running")]
    pub(crate) confined: bool,
    /// Memory of a confined run
    #[arg(long, value_name = "MIB", default_value_t = 2048, help_heading = "Running")]
    pub(crate) memory_mib: u64,
    /// Processor time of a confined run
    #[arg(long, value_name = "SECONDS", default_value_t = 600, help_heading = "Running")]
    pub(crate) cpu_s: u64,
    /// Size of one file that a confined run writes
    #[arg(long, value_name = "MIB", default_value_t = 4096, help_heading = "Running")]
    pub(crate) file_mib: u64,
}

/// Why a process could not be confined; nothing has been read then.
#[derive(Debug, thiserror::Error)]
#[error(
    "this system cannot confine a program ({0}): nothing was read / hệ thống không cô lập được chương trình"
)]
pub(crate) struct ConfineError(String);

impl Confine {
    /// Confines this process, where that is asked: it reads below `readable`, and reads and writes below
    /// `writable`, alone.
    ///
    /// # Errors
    /// Where the system cannot take the network and other programs away.
    pub(crate) fn apply(&self, readable: &[&Path], writable: &[&Path]) -> Result<(), ConfineError> {
        if !self.confined {
            return Ok(());
        }
        self.held(readable, writable).map_err(|error| ConfineError(error.to_string()))
    }

    #[cfg(target_os = "linux")]
    fn held(
        &self,
        readable: &[&Path],
        writable: &[&Path],
    ) -> Result<(), Box<dyn std::error::Error>> {
        use rustix::process::{Resource, Rlimit, Signal, setrlimit};

        const MIB: u64 = 1 << 20;
        // It ends with the program that started it.
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        let limits = [
            (Resource::Data, self.memory_mib * MIB),
            (Resource::As, (self.memory_mib + RESERVED_MIB) * MIB),
            (Resource::Cpu, self.cpu_s),
            (Resource::Fsize, self.file_mib * MIB),
            (Resource::Nofile, FILES),
            (Resource::Core, 0),
        ];
        for (resource, most) in limits {
            setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
        }
        files_alone(readable, writable)?;
        without_network_and_programs()
    }

    #[cfg(not(target_os = "linux"))]
    fn held(&self, _: &[&Path], _: &[&Path]) -> Result<(), Box<dyn std::error::Error>> {
        Err("it is no Linux".into())
    }
}

/// Libraries and their tables, and what every program reads.
#[cfg(target_os = "linux")]
fn of_the_system() -> Vec<PathBuf> {
    let fixed = ["/usr", "/lib", "/lib64", "/opt", "/dev/null", "/dev/urandom", "/etc/localtime"];
    let named = ["GDAL_DATA", "PROJ_LIB", "PROJ_DATA"];
    let named = named.iter().filter_map(std::env::var_os).map(PathBuf::from);
    fixed.iter().map(PathBuf::from).chain(named).filter(|path| path.exists()).collect()
}

/// Landlock: a kernel without it (before 5.13) leaves files to the rights of the user.
#[cfg(target_os = "linux")]
fn files_alone(readable: &[&Path], writable: &[&Path]) -> Result<(), landlock::RulesetError> {
    use landlock::{
        ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, path_beneath_rules,
    };

    let abi = ABI::V3;
    let system = of_the_system();
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(&system, AccessFs::from_read(abi)))?
        .add_rules(path_beneath_rules(readable, AccessFs::from_read(abi)))?
        .add_rules(path_beneath_rules(writable, AccessFs::from_all(abi)))?
        .restrict_self()?;
    if status.ruleset == landlock::RulesetStatus::NotEnforced {
        eprintln!(
            "datasets: this kernel has no Landlock: files are held by the user's rights alone"
        );
    }
    Ok(())
}

/// Seccomp: calls that open a socket, begin a program or look into another process fail from now on.
#[cfg(target_os = "linux")]
fn without_network_and_programs() -> Result<(), Box<dyn std::error::Error>> {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

    let refused = [
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_io_uring_setup,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
        libc::SYS_kill,
        libc::SYS_mount,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_bpf,
        libc::SYS_keyctl,
        libc::SYS_userfaultfd,
    ];
    // No condition on the arguments: every such call.
    let rules: BTreeMap<i64, Vec<seccompiler::SeccompRule>> =
        refused.into_iter().map(|call| (call, Vec::new())).collect();
    let refuse = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let architecture = std::env::consts::ARCH.try_into()?;
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, architecture)?;
    let program: BpfProgram = filter.try_into()?;
    seccompiler::apply_filter(&program)?;
    Ok(())
}
