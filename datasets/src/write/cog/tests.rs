use city::Crs;

use super::*;
use crate::read::Cog;

fn hills(crs: Crs, cols: usize, rows: usize) -> Raster {
    let grid =
        Grid { crs, west: 577_000.0, north: 1_723_000.0, cell_x: 5.0, cell_y: 5.0, cols, rows };
    let value = |i: usize| {
        let (x, y) = ((i % cols) as f32, (i / cols) as f32);
        let gap = (x - 300.0).hypot(y - 200.0) < 40.0;
        if gap { f32::NAN } else { 12.0 * (x * 0.02).sin() * (y * 0.03).cos() - 3.5 }
    };
    Raster::new(grid, (0..cols * rows).map(value).collect()).unwrap()
}

fn same(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits() || a == b)
}

#[test]
fn a_raster_survives_and_its_overviews_follow_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.tif");
    let raster = hills(Crs::QUANG_NAM, 701, 530);
    let written = write_cog(&path, &raster).unwrap();
    let cog = Cog::open(&path).unwrap();
    assert_eq!(cog.grid(), raster.grid());
    assert!(same(cog.read_level(0).unwrap().values(), raster.values()));
    assert!(written.min < -15.0 && written.max > 8.0, "{written:?}");

    let sizes: Vec<_> =
        (0..cog.levels()).map(|l| cog.level_grid(l).unwrap()).map(|g| (g.cols, g.rows)).collect();
    assert_eq!(sizes, [(701, 530), (351, 265), (176, 133)]);
    let coarse = cog.read_level(2).unwrap();
    for (x, y) in [(577_700.0, 1_722_500.0), (580_000.0, 1_721_000.0)] {
        let (fine, coarse) = (raster.bilinear(x, y).unwrap(), coarse.bilinear(x, y).unwrap());
        // Cells four times as wide round a hill of 314 m wave length off by this much at most.
        assert!((fine - coarse).abs() < 0.5, "{fine} {coarse}");
    }
    assert_eq!(cog.level_for(5.0), 0);
    assert_eq!(cog.level_for(12.0), 1);
    assert_eq!(cog.level_for(1e6), 2);
}

#[test]
fn a_window_is_a_part_of_the_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.tif");
    let raster = hills(Crs::QUANG_NAM, 600, 300);
    write_cog(&path, &raster).unwrap();
    let cog = Cog::open(&path).unwrap();
    let window = cog.read_window(0, 200..650, 250..310).unwrap();
    for (row, line) in window.chunks_exact(450).enumerate() {
        for (col, value) in line.iter().enumerate() {
            let there = raster.get(200 + col, 250 + row);
            assert_eq!(Some(*value).filter(|v| !v.is_nan()), there, "{col} {row}");
        }
    }
    assert!(cog.read_window(0, 900..910, 0..2).unwrap().iter().all(|v| v.is_nan()));
    assert!(cog.read_window(9, 0..1, 0..1).is_err());
}

#[test]
fn damaged_files_are_refused_without_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.tif");
    write_cog(&path, &hills(Crs::QUANG_NAM, 300, 300)).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for place in (0..600).chain((600..whole.len()).step_by(997)) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0xa5;
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(cog) = Cog::open(&path) {
            let _ = cog.read_window(0, 250..260, 0..10);
        }
    }
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(Cog::open(&path).unwrap_err().to_string().contains("outside the file"));
}

#[test]
fn gdal_reads_what_we_write() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.tif");
    write_cog(&path, &hills(Crs::QUANG_NAM, 701, 530)).unwrap();
    let Ok(info) = std::process::Command::new("gdalinfo").arg("-stats").arg(&path).output() else {
        println!("SKIP gdal_reads_what_we_write: gdalinfo is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&info.stdout);
    for wanted in ["LAYOUT=COG", "\"EPSG\",5899", "Overviews: 351x265, 176x133", "NoData Value=nan"]
    {
        assert!(text.contains(wanted), "{wanted} is missing in:\n{text}");
    }
}

#[test]
fn real_terrain_of_other_programs_is_read() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/geo");
    let path = shared.join("danang-terrain-landuse/dem_1arcsec_danang_dienban.tif");
    if !path.exists() {
        println!("SKIP real_terrain_of_other_programs_is_read: ../shared is not there");
        return;
    }
    let cog = Cog::open(&path).unwrap();
    let raster = cog.read_level(0).unwrap();
    let (min, max) = range(raster.values());
    // Đà Nẵng and Điện Bàn: from the sea to the Sơn Trà and Bà Nà hills.
    assert!(min > -60.0 && min < 10.0 && max > 100.0 && max < 2000.0, "{min} {max}");
    assert_eq!(cog.grid().crs, Crs::CRS84);
}
