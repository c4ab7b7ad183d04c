//! Coarse cells that know the land in them.

use serde_json::{Value, json};
use tests::server::Server;

use super::{
    city_of, execute, number,
    variants::{run, short},
};

#[test]
fn a_run_in_coarse_cells_is_told_on_fine_ones_and_near_to_the_fine_run() {
    let server = Server::on(city_of(2000), &[]);
    server.wait_until("the jobs are the server's", |server| server.get("/jobs").status == 200);
    let mut body = short(&server);
    body["inputs"]["scenario"]["duration_h"] = json!(2.0);
    body["inputs"]["scenario"]["resolution_m"] = json!(20);
    let fine = run(&server, &body);
    body["inputs"]["scenario"]["subgrid"] = json!(4);
    let coarse = run(&server, &body);

    let of = |job: &str| server.json(&format!("{job}/results"))["summary"].clone();
    let (fine, told) = (of(&fine), of(&coarse));
    assert_eq!(told["grid"]["cell_m"], json!(20.0));
    assert!(number(&told["ledger"]["relative_error"]).abs() < 1e-5, "{}", told["ledger"]);
    // Cells four times as wide take steps nearly four times as long.
    assert!(number(&told["steps"]) < 0.4 * number(&fine["steps"]), "{told}");
    // As much rain falls on a hectare, and about as much stands there: the area of the coarse run reaches a little
    // further, and its water is on the way at other speeds.
    let hectares = |summary: &Value| {
        let of = |member: &str| number(&summary["grid"][member]);
        of("columns") * of("rows") * of("cell_m").powi(2) / 1e4
    };
    for (member, most) in [("rain_m3", 0.01), ("stored_m3", 0.15)] {
        let each = |summary: &Value| number(&summary["ledger"][member]) / hectares(summary);
        let (a, b) = (each(&fine), each(&told));
        assert!((b / a - 1.0).abs() < most, "{member}: {a} and {b} a hectare");
    }
    let flooded = |summary: &Value, at: usize| number(&summary["flooded"][at]["area_ha"]);
    for at in 0..2 {
        // In shares of the ground, of which a few parts in a hundred are under water at all.
        let (a, b) = (flooded(&fine, at) / hectares(&fine), flooded(&told, at) / hectares(&told));
        assert!(a > 0.0 && (b - a).abs() < 0.01, "{at}: {a} and {b} of the ground");
    }
    assert!(told["assumptions"].to_string().contains("Tính trên ô 80 m"), "{told}");

    // Where water stood there is an hour at which it came, also for who is in it.
    let place = &told["deepest"]["at"];
    let [lon, lat] = [0, 1].map(|i| number(&place[i]));
    let series = server.json(&format!("{coarse}/position?coords=POINT({lon}%20{lat})"));
    assert!(!series["ranges"]["depth"]["values"].as_array().unwrap().is_empty());
    for output in ["arrival", "duration-30cm", "max-speed"] {
        let (w, s) = (lon - 0.0005, lat - 0.0005);
        let path =
            format!("{coarse}/coverage?output={output}&bbox={w},{s},{},{}", w + 0.001, s + 0.001);
        let values = server.json(&path)["ranges"].to_string();
        assert!(values.contains("values"), "{output}: {values}");
    }

    body["inputs"]["scenario"]["method"] = json!("hllc");
    let (status, problem, _) = execute(&server, &body);
    assert!(status == 400 && problem.to_string().contains("subgrid"), "{status} {problem}");
}
