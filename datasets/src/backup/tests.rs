use city::Title;
use rusqlite::Connection;

use super::*;
use crate::Writer;

/// A folder with a style, a token file and a change log that a server holds open in WAL mode.
fn folder(dir: &Path) -> Connection {
    let mut writer = Writer::lock(dir).unwrap();
    writer.describe(Title::new("Tam Kỳ", "Tam Ky"), true);
    writer.publish(Vec::new()).unwrap();
    fs::create_dir(dir.join("styles")).unwrap();
    fs::write(dir.join("styles/đường.json"), "{}").unwrap();
    fs::write(dir.join("tokens.toml"), "x = 1").unwrap();
    fs::create_dir(dir.join(LAYERS)).unwrap();
    fs::write(dir.join("layers/old.00000000.fgb"), "old").unwrap();
    let db = Connection::open(dir.join("edits.sqlite")).unwrap();
    db.pragma_update(None, "journal_mode", "wal").unwrap();
    db.execute_batch("CREATE TABLE change (seq INTEGER PRIMARY KEY, who TEXT)").unwrap();
    db.execute("INSERT INTO change (who) VALUES ('Lan')", []).unwrap();
    db
}

#[test]
fn a_folder_comes_back_with_edits_that_were_not_yet_in_the_main_file() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, file, again) =
        (tmp.path().join("data"), tmp.path().join("b.tar.zst"), tmp.path().join("again"));
    let _server = folder(&dir);
    assert!(dir.join("edits.sqlite-wal").metadata().unwrap().len() > 0);
    let saved = backup(&dir, &file).unwrap();
    assert_eq!(restore(&file, &again).unwrap(), saved);
    assert_eq!(saved.files, 4, "catalogue, style, tokens, change log");
    assert_eq!(Catalog::load(&again).unwrap(), Catalog::load(&dir).unwrap());
    assert!(again.join("styles/đường.json").exists());
    assert!(!again.join("layers/old.00000000.fgb").exists());
    let db = Connection::open(again.join("edits.sqlite")).unwrap();
    let who: String = db.query_row("SELECT who FROM change", [], |row| row.get(0)).unwrap();
    assert_eq!(who, "Lan");
    assert!(dir.join("edits.sqlite-wal").metadata().unwrap().len() > 0, "no checkpoint was made");
}

#[test]
fn what_is_there_is_never_overwritten() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, file) = (tmp.path().join("data"), tmp.path().join("b.tar.zst"));
    let _server = folder(&dir);
    backup(&dir, &file).unwrap();
    assert!(matches!(backup(&dir, &file), Err(BackupError::Exists { .. })));
    assert!(matches!(restore(&file, &dir), Err(BackupError::Exists { .. })));
    let _writer = Writer::lock(&dir).unwrap();
    assert!(matches!(backup(&dir, &tmp.path().join("c")), Err(BackupError::Lock(_))));
}

#[test]
fn a_damaged_backup_restores_nothing() {
    let tmp = tempfile::tempdir().unwrap();
    let (dir, file, again) =
        (tmp.path().join("data"), tmp.path().join("b.tar.zst"), tmp.path().join("again"));
    let _server = folder(&dir);
    backup(&dir, &file).unwrap();
    let whole = fs::read(&file).unwrap();
    for place in (0..whole.len()).step_by(13) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x5a;
        fs::write(&file, &bytes).unwrap();
        // A flipped bit may fall where nothing depends on it; then all must be as it was.
        if restore(&file, &again).is_ok() {
            assert_eq!(fs::read(again.join("tokens.toml")).unwrap(), b"x = 1");
            fs::remove_dir_all(&again).unwrap();
        }
        assert_eq!(fs::read_dir(tmp.path()).unwrap().count(), 2, "byte {place}");
    }
    fs::write(&file, &whole[..whole.len() - 40]).unwrap();
    assert!(matches!(restore(&file, &again), Err(BackupError::Damaged { .. })));
    assert!(!again.exists());
}

#[test]
fn a_member_that_climbs_out_of_the_folder_is_refused() {
    let tmp = tempfile::tempdir().unwrap();
    let file = tmp.path().join("evil.tar.zst");
    let out = zstd::Encoder::new(fs::File::create(&file).unwrap(), 1).unwrap();
    let mut archive = tar::Builder::new(out);
    let mut header = tar::Header::new_gnu();
    header.set_size(4);
    header.set_mode(0o644);
    header.as_gnu_mut().unwrap().name[..10].copy_from_slice(b"../evil.sh");
    header.set_cksum();
    archive.append(&header, &b"boom"[..]).unwrap();
    archive.into_inner().unwrap().finish().unwrap();
    let dir = tmp.path().join("data");
    let error = restore(&file, &dir).unwrap_err().to_string();
    assert!(error.contains("inside the folder"), "{error}");
    assert!(!tmp.path().join("evil.sh").exists() && !dir.exists());
}
