use std::sync::Arc;

use city::scenario::Scenario;
use feeds::SystemClock;

use super::{EXPORT, JobError, Jobs, Lane, Status};
use crate::viewer::{TokenRole, Viewer};

fn storm() -> Scenario {
    serde_json::from_value(serde_json::json!({
        "kind": "flood",
        "title": { "vi": "Mưa", "en": "Rain" },
        "area": { "bbox": [108.47, 15.55, 108.48, 15.56] },
        "resolution_m": 20,
        "duration_h": 1,
        "rain": { "design": { "total_mm": 50, "duration_h": 1 } },
    }))
    .unwrap()
}

fn open(data: &std::path::Path) -> Jobs {
    let jobs = Jobs::open(data, Arc::new(SystemClock)).unwrap();
    assert!(jobs.own().unwrap());
    jobs
}

fn operator(name: &str) -> Viewer {
    Viewer::of(name, &[TokenRole::Operator])
}

#[test]
fn what_waited_when_the_server_stopped_waits_again_and_in_its_order() {
    let data = tempfile::tempdir().unwrap();
    let jobs = open(data.path());
    let ids = [0; 3].map(|_| jobs.submit(&storm(), &operator("a")).unwrap().id);
    let (running, _) = jobs.take(Lane::Runs).unwrap();
    assert_eq!((running.id, running.status), (ids[0], Status::Running));
    jobs.dismiss(ids[1]).unwrap().unwrap();
    drop(jobs);
    let jobs = open(data.path());
    assert_eq!(jobs.take(Lane::Runs).unwrap().0.id, ids[0], "what ran is begun again");
    assert_eq!(jobs.take(Lane::Runs).unwrap().0.id, ids[2]);
    assert_eq!(jobs.get(ids[1]).unwrap().status, Status::Dismissed);
    assert_eq!(jobs.submit(&storm(), &operator("a")).unwrap().id, ids[2] + 1);
}

#[test]
fn nobody_fills_the_queue_alone() {
    let data = tempfile::tempdir().unwrap();
    let jobs = open(data.path());
    let taken = (0..10).filter(|_| jobs.submit(&storm(), &operator("a")).is_ok()).count();
    assert_eq!(taken, super::MOST_OF_ONE);
    assert!(matches!(jobs.submit(&storm(), &operator("a")), Err(JobError::Enough(_))));
    assert!(jobs.submit(&storm(), &operator("b")).is_ok());
}

#[test]
fn a_job_that_was_dismissed_while_it_ran_stays_dismissed_and_can_be_removed() {
    let data = tempfile::tempdir().unwrap();
    let jobs = open(data.path());
    let id = jobs.submit(&storm(), &operator("a")).unwrap().id;
    let (_, is_over) = jobs.take(Lane::Runs).unwrap();
    jobs.dismiss(id).unwrap();
    assert!(is_over.load(std::sync::atomic::Ordering::Relaxed));
    jobs.end(id, Ok(()));
    assert_eq!(jobs.get(id).unwrap().status, Status::Dismissed);
    jobs.dismiss(id).unwrap();
    assert_eq!(jobs.get(id), None);
    assert!(!data.path().join("runs").join(id.to_string()).exists());
}

#[test]
fn a_second_server_waits_until_the_first_has_let_go_of_the_jobs() {
    let data = tempfile::tempdir().unwrap();
    let first = open(data.path());
    let second = Arc::new(Jobs::open(data.path(), Arc::new(SystemClock)).unwrap());
    let waiting = {
        let second = second.clone();
        std::thread::spawn(move || assert!(second.own().unwrap()))
    };
    let id = first.submit(&storm(), &operator("a")).unwrap().id;
    assert!(!second.are_owned());
    drop(first);
    waiting.join().unwrap();
    assert!(second.are_owned());
    assert_eq!(second.get(id).unwrap().status, Status::Accepted);
}

#[test]
fn a_server_that_stops_leaves_off_and_what_ran_goes_on_when_it_is_back() {
    let data = tempfile::tempdir().unwrap();
    let jobs = Arc::new(open(data.path()));
    let ids = [0; 2].map(|_| jobs.submit(&storm(), &operator("a")).unwrap().id);
    let (_, is_over) = jobs.take(Lane::Runs).unwrap();
    jobs.stop();
    assert!(is_over.load(std::sync::atomic::Ordering::Relaxed), "the running one leaves off");
    assert!(jobs.take(Lane::Runs).is_none(), "no other begins");
    // A server that waits for the jobs of this one stops as well.
    let second = Jobs::open(data.path(), Arc::new(SystemClock)).unwrap();
    second.stop();
    assert!(!second.own().unwrap());
    drop(jobs);
    let jobs = open(data.path());
    assert_eq!(ids.map(|_| jobs.take(Lane::Runs).unwrap().0.id), ids);
}

#[test]
fn a_file_does_not_wait_for_a_flood_and_is_told_apart_from_one_after_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let jobs = open(data.path());
    let flood = jobs.submit(&storm(), &operator("a")).unwrap().id;
    let inputs = serde_json::json!({ "collection": "roads" });
    let title = city::Title::new("Xuất", "Export");
    let file = jobs.submit_exchange(EXPORT, title, &inputs, &operator("a")).unwrap().id;
    drop(jobs);
    let jobs = open(data.path());
    assert_eq!(jobs.take(Lane::Exchange).unwrap().0.id, file);
    assert_eq!(jobs.take(Lane::Runs).unwrap().0.id, flood);
    jobs.end(file, Ok(()));
    assert_eq!(jobs.publish(file, None).unwrap(), None, "files are no results of runs");
}
