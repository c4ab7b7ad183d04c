use super::*;

fn change(feature: u64) -> NewChange {
    NewChange {
        layer: "parcels".parse().unwrap(),
        feature: FeatureId::Number(feature),
        operation: Operation::Replace,
        valid: Interval::default(),
        before: Some("{}".into()),
        after: Some("{}".into()),
        undoes: None,
    }
}

#[test]
fn changes_come_back_in_their_order_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let first =
        Log::open(dir.path()).unwrap().append("Lan", None, &[change(1), change(2)]).unwrap();
    let mut log = Log::open(dir.path()).unwrap();
    assert_eq!(log.last_seq(), 2);
    let second = log.append("Minh", Some("đo lại"), &[change(1)]).unwrap();
    assert!(second > first);
    let reader = LogReader::of(dir.path());
    let layer = "parcels".parse().unwrap();
    let seqs = |edits: Vec<LoggedEdit>| edits.iter().map(|edit| edit.seq).collect::<Vec<_>>();
    assert_eq!(seqs(reader.changes_after(&layer, 0).unwrap()), [1, 2, 3]);
    assert_eq!(seqs(reader.changes_since(&layer, first).unwrap()), [3]);
    assert_eq!(seqs(reader.history(&layer, &FeatureId::Number(1)).unwrap()), [1, 3]);
    let last = &reader.history(&layer, &FeatureId::Number(1)).unwrap()[1];
    assert_eq!((last.who.as_str(), last.reason.as_deref()), ("Minh", Some("đo lại")));
}

#[test]
fn no_statement_can_change_or_delete_what_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path()).unwrap();
    log.append("Lan", None, &[change(1)]).unwrap();
    for sql in ["DELETE FROM change", "UPDATE change SET who = 'x'"] {
        let error = log.connection.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("append-only"), "{error}");
    }
}

#[test]
fn a_second_process_cannot_write() {
    let dir = tempfile::tempdir().unwrap();
    let _first = Log::open(dir.path()).unwrap();
    assert!(matches!(Log::open(dir.path()), Err(StoreError::ReadOnly(_))));
}

#[test]
fn readers_neither_write_nor_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = Log::open(dir.path()).unwrap();
    log.append("Lan", None, &[change(1), change(2), change(3)]).unwrap();
    let wal = dir.path().join("edits.sqlite-wal");
    let before = std::fs::read(&wal).unwrap();
    assert!(!before.is_empty());
    for _ in 0..3 {
        let reader = LogReader::of(dir.path()).connect().unwrap();
        let pages: i64 =
            reader.pragma_query_value(None, "wal_autocheckpoint", |row| row.get(0)).unwrap();
        assert_eq!(pages, 0);
        assert!(
            reader.db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE).unwrap()
        );
        assert!(reader.is_readonly("main").unwrap());
        let checkpoint =
            reader.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        assert!(checkpoint.map_or(true, |busy| busy == 1), "a reader checkpointed");
        assert!(reader.execute("INSERT INTO fold VALUES ('a','b',1,1,1)", []).is_err());
        drop(reader);
        assert_eq!(std::fs::read(&wal).unwrap(), before, "a reader touched the log");
    }
}

#[test]
fn a_log_of_a_later_program_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let log = Log::open(dir.path()).unwrap();
    log.connection.pragma_update(None, "user_version", 7).unwrap();
    drop(log);
    let error = Log::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("format 7"), "{error}");
}

/// A log as format 1 had it, with a change.
fn of_format_1(dir: &Path) {
    let connection = Connection::open(dir.join(FILE_NAME)).unwrap();
    let script = format!(
        "CREATE TABLE change (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, layer TEXT NOT NULL, feature TEXT NOT NULL,
            op TEXT NOT NULL CHECK (op IN ('create', 'replace', 'delete')), who TEXT NOT NULL,
            recorded INTEGER NOT NULL, valid_from INTEGER, valid_to INTEGER, before TEXT, after TEXT);
         CREATE TRIGGER change_is_kept BEFORE DELETE ON change
            BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
         CREATE TRIGGER change_stays_as_it_was BEFORE UPDATE ON change
            BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
         CREATE TABLE fold (layer TEXT NOT NULL, checksum TEXT NOT NULL, seq INTEGER NOT NULL,
            since INTEGER NOT NULL, folded INTEGER NOT NULL, PRIMARY KEY (layer, checksum));
         INSERT INTO change VALUES (1, 'parcels', '7', 'replace', 'Lan', 5, NULL, NULL, '{{}}', '{{}}');
         PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1;"
    );
    connection.execute_batch(&script).unwrap();
}

#[test]
fn a_log_of_format_1_is_read_and_goes_on_with_what_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    of_format_1(dir.path());
    let (layer, feature) = ("parcels".parse().unwrap(), FeatureId::Number(7));
    let reader = LogReader::of(dir.path());
    let before = reader.history(&layer, &feature).unwrap();
    assert_eq!((before.len(), before[0].reason.as_deref()), (1, None));
    let mut log = Log::open(dir.path()).unwrap();
    log.append("Minh", Some("đo lại"), &[change(7)]).unwrap();
    let after = reader.history(&layer, &feature).unwrap();
    let told: Vec<_> = after.iter().map(|e| (e.who.as_str(), e.reason.as_deref())).collect();
    assert_eq!(told, [("Lan", None), ("Minh", Some("đo lại"))]);
    drop(log);
    assert_eq!(Log::open(dir.path()).unwrap().last_seq(), 2, "it is opened again as it is");
}
