//! Rasters: kept cell for cell in a known system, resampled otherwise.

use city::{Crs, layer::Content};
use datasets::{DataFolder, read::Cog};

use crate::sources::Desk;

const ASCII: &str = "ncols 3\nnrows 2\nxllcorner 577000\nyllcorner 1722000\ncellsize 10\nNODATA_value -9999\n1 2 3\n4 -9999 6.5\n";

fn cog(desk: &Desk, id: &str) -> Cog {
    let folder = DataFolder::open(desk.town.dir()).expect("a data folder");
    let layer = folder.catalog().layer(id).expect("the layer").clone();
    Cog::open(&folder.path_of(&layer)).expect("a Cloud-Optimised GeoTIFF")
}

#[test]
fn an_ascii_grid_is_kept_cell_for_cell() {
    let desk = Desk::new();
    let source = desk.write("dem.asc", ASCII);
    desk.refuses(&source, "terrain", &[], 3, &["--crs EPSG:5899", "Tam Kỳ"]);
    let more = ["--crs", "EPSG:5899", "--vertical-datum", "Hòn Dấu (EPSG:5727)"];
    let imported = desk.import(&source, "terrain", "terrain", &more);
    let Content::Raster { grid, min, max, vertical_datum, .. } = &imported.layer.content else {
        panic!("a raster")
    };
    assert_eq!(
        (grid.crs, grid.west, grid.north, grid.cols, grid.rows),
        (Crs::QUANG_NAM, 577_000.0, 1_722_020.0, 3, 2)
    );
    assert_eq!((*min, *max), (1.0, 6.5));
    assert_eq!(vertical_datum.as_deref(), Some("Hòn Dấu (EPSG:5727)"));
    let raster = cog(&desk, "terrain").read_level(0).expect("values");
    assert_eq!(
        (raster.get(0, 0), raster.get(1, 1), raster.get(2, 1)),
        (Some(1.0), None, Some(6.5))
    );
    assert_eq!((imported.report.read, imported.report.published), (6, 5));
}

#[test]
fn a_raster_in_another_system_is_resampled_to_the_zone_of_its_place() {
    let Some(source) = tests::town::shared("data/geo/cantho-ninhkieu") else { return };
    let desk = Desk::new();
    // The same heights in UTM 48N are kept; told to be in a system of another country's, they move.
    let kept = desk.import(
        &source.join("NKdem.tif"),
        "terrain",
        "terrain",
        &["--vertical-datum", "EGM96"],
    );
    assert_eq!(kept.layer.source_crs, "EPSG:32648");
    let moved =
        desk.import(&source.join("NKdem.tif"), "terrain", "terrain", &["--crs", "EPSG:3148"]);
    let Content::Raster { grid, .. } = &moved.layer.content else { panic!("a raster") };
    assert_eq!(grid.crs, Crs::tm3_zone_at(105.78));
    assert!(moved.report.notes.iter().any(|note| note.en.contains("resampled")));
}
