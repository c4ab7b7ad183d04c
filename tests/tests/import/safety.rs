//! Sources that want more than to be read.

use crate::sources::Desk;

#[test]
fn references_to_elsewhere_are_refused() {
    let desk = Desk::new();
    let vrt = desk.write(
        "sneaky.vrt",
        "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
    );
    desk.refuses(&vrt, "other", &[], 4, &["VRT"]);
    let hidden = desk.write("sneaky.gpkg", std::fs::read(&vrt).expect("a file"));
    desk.refuses(&hidden, "other", &[], 4, &["refers to other files"]);
    for name in ["/vsicurl/http://127.0.0.1:9/x.geojson", "/vsizip/x.zip", "PG:host=127.0.0.1"] {
        desk.refuses(name.as_ref(), "other", &[], 4, &["cannot read"]);
    }
    let raster =
        desk.write("sneaky.tif", "<VRTDataset rasterXSize=\"1\" rasterYSize=\"1\"></VRTDataset>");
    desk.refuses(&raster, "terrain", &[], 4, &["refers to other files"]);
}

#[test]
fn damaged_files_end_with_a_message() {
    let desk = Desk::new();
    let whole = crate::sources::houses(&desk);
    for (name, driver) in [("w.fgb", "FlatGeobuf"), ("w.gpkg", "GPKG"), ("w.gml", "GML")] {
        let bytes = std::fs::read(desk.convert(&whole, name, driver, &["-where", "ma <> 'N-03'"]));
        let bytes = bytes.expect("a file");
        for part in [bytes.len() / 4, bytes.len() / 2, bytes.len() - 8] {
            let cut = desk.write(&format!("cut-{name}"), &bytes[..part]);
            let run = desk.try_import(&cut, "cut", "buildings", &["--crs", "EPSG:5899"]);
            // Some formats hold together without their end; none may crash or hang.
            let code = run.code.expect("no signal ends the importer");
            assert!([0, 2, 3, 4, 5].contains(&code), "{name} at {part}: {code}\n{}", run.stderr);
        }
    }
}

#[test]
fn an_archive_is_unpacked_within_its_folder_and_its_one_file_is_read() {
    let desk = Desk::new();
    let whole = std::fs::read(crate::sources::houses(&desk)).expect("a file");
    let pack = |name: &str, inner: &str| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(inner, options).expect("an entry");
        std::io::Write::write_all(&mut archive, &whole).expect("bytes");
        desk.write(name, archive.finish().expect("an archive").into_inner())
    };
    desk.refuses(&pack("up.zip", "../a.geojson"), "buildings", &[], 4, &["outside of its folder"]);
    for confined in [&[][..], &["--confined"][..]] {
        let more = [&["--crs", "EPSG:5899"], confined].concat();
        let run =
            desk.try_import(&pack("nha.zip", "Nhà ở/nha.geojson"), "packed", "buildings", &more);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    }
}
