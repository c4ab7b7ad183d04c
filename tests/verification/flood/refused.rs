//! What is refused before a run, with the place and the cure; and runs that end badly but leave their last
//! good state.

use sim::flood::{
    Edge, EdgeSpan, Engine, Error, Forcing, Ground, Inflow, Params, Rain, Series, Side,
};

const CELLS: usize = 40 * 35;

fn plain() -> Ground {
    Ground::new(40, 35, 5.0, vec![0.0; CELLS]).expect("a plain")
}

/// Holds that something is refused in words that tell the place and the cure.
fn refuses<T>(refused: Result<T, Error>, words: &[&str]) {
    let Err(error) = refused else { panic!("{words:?} was taken") };
    let said = error.to_string();
    println!("{said}");
    for word in words {
        assert!(said.contains(word), "{said:?} does not say {word:?}");
    }
}

fn engine(forcing: Forcing) -> Result<Engine<f32>, Error> {
    Engine::new(&plain(), forcing, Params::hllc())
}

#[test]
fn holes_of_elevation_models_are_refused() {
    for hole in [f64::NAN, f64::INFINITY, -9999.0, -32_768.0, -3.4e38, 1e20] {
        let mut bed = vec![2.0; CELLS];
        bed[7 * 40 + 12] = hole;
        let words = ["the bed level", "column 12, row 7", "fill the hole"];
        refuses(Ground::new(40, 35, 5.0, bed), &words);
    }
}

#[test]
fn rain_that_is_none_is_refused() {
    let words = ["the rain", "entry 2", "0 to 100 000 mm/h"];
    for intensity in [-5.0, f64::NAN, f64::INFINITY] {
        refuses(Rain::uniform(vec![0.0, 1.0, 2.0, 3.0], &[1.0, 2.0, intensity]), &words);
    }
    let words = ["times out of order", "entry 2", "sort the times"];
    refuses(Rain::uniform(vec![0.0, 600.0, 300.0], &[1.0, 2.0]), &words);
    let words = ["number of intensities", "one intensity for each zone"];
    refuses(Rain::uniform(vec![0.0, 600.0], &[1.0, 2.0]), &words);
}

#[test]
fn hydrographs_that_are_none_are_refused() {
    let words = ["the Hau", "times out of order", "entry 2", "sort the times"];
    refuses(Series::new("the Hau", vec![(0.0, 1.0), (60.0, 2.0), (60.0, 3.0)]), &words);
    refuses(Series::new("the Hau", vec![]), &["the Hau", "at least one time"]);
    refuses(Series::new("the Hau", vec![(0.0, f64::NAN)]), &["entry 0", "finite"]);
    let river = |value: f64| {
        let discharge = Series::new("a river", vec![(0.0, 1.0), (60.0, value)]);
        let discharge_m3_s = discharge.expect("finite");
        let inflows = vec![Inflow { cells: vec![(3, 4)], discharge_m3_s }];
        engine(Forcing { inflows, ..Forcing::default() })
    };
    refuses(river(-1.0), &["negative discharge", "entry 1", "0 m³/s or more"]);
    refuses(river(1e9), &["discharge of an inflow", "1 000 000 m³/s"]);
}

#[test]
fn forcing_outside_the_area_is_refused() {
    let river = Series::constant("a river", 1.0).expect("a discharge");
    let inflows = vec![Inflow { cells: vec![(3, 4), (3, 35)], discharge_m3_s: river }];
    let words = ["an inflow", "column 3, row 35", "name an open cell"];
    refuses(engine(Forcing { inflows, ..Forcing::default() }), &words);
    let span = |cells| EdgeSpan { side: Side::East, cells, edge: Edge::Open { slope: 0.0 } };
    for spans in [vec![span(30..36)], vec![span(4..4)], vec![span(0..9), span(8..12)]] {
        let words = ["35 cells", "give each cell of an edge once"];
        refuses(engine(Forcing { edges: spans, ..Forcing::default() }), &words);
    }
    let rain = Rain::gridded(vec![0.0, 1.0], 2, &[1.0, 1.0], vec![0; CELLS - 1]);
    let forcing = Forcing { rain: Some(rain.expect("it is rain")), ..Forcing::default() };
    refuses(engine(forcing), &["zones of the rain", "1399", "1400", "one for each cell"]);
}

/// A pond that moves, after ten steps.
fn pond(params: Params) -> (Engine<f32>, sim::flood::State<f32>) {
    let engine = Engine::<f32>::new(&plain(), Forcing::default(), params).expect("sound");
    let depth: Vec<f64> = (0..CELLS).map(|i| if i % 40 < 17 { 2.0 } else { 0.3 }).collect();
    let mut state = engine.start(&depth).expect("it starts");
    for _ in 0..10 {
        let dt_s = engine.stable_step(&state);
        engine.step(&mut state, dt_s).expect("it is stable");
    }
    (engine, state)
}

#[test]
fn a_run_that_turns_unstable_stops_and_goes_on_from_its_last_good_state() {
    for params in [Params::hllc(), Params::local_inertia()] {
        let ((engine, mut state), (_, mut never)) = (pond(params), pond(params));
        let (time_s, before) = (state.time_s(), engine.checkpoint(&state));
        // What no stable step would be: so long that fluxes overflow.
        let error = engine.step(&mut state, 1e38).expect_err("it cannot be stable");
        let Error::Unstable { column, row, time_s: when_s, term } = error else {
            panic!("{error}")
        };
        println!("{error}");
        assert!(column < 40 && row < 35 && when_s == time_s && !term.is_empty());
        assert!(engine.checkpoint(&state) == before, "the state is that before the step");
        for state in [&mut state, &mut never] {
            engine.advance(state, time_s + 20.0).expect("it is stable");
        }
        assert!(engine.checkpoint(&state) == engine.checkpoint(&never), "as if nothing had been");
    }
}

#[test]
fn a_run_that_would_creep_for_ever_stops_and_names_its_fastest_cell() {
    let engine = engine(Forcing::default()).expect("a sound flood");
    let mut flow = vec![0.0; CELLS];
    flow[20 * 40 + 33] = 1e9;
    let mut state = engine.start_moving(&[1.0; CELLS], &flow, &[0.0; CELLS]).expect("finite");
    let refused = engine.advance(&mut state, 60.0).expect_err("a billion metres a second");
    println!("{refused}");
    let Error::Unstable { column: 33, row: 20, term: "speed", .. } = refused else {
        panic!("{refused}")
    };
    assert_eq!(state.steps(), 0);
}
