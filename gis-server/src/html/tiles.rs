//! Tile sets and their grids as pages.

use axum::response::Html;
use maud::{Markup, html};

use super::{
    collections::synthetic,
    page::{links, page, row},
};
use crate::{
    http::base::Base,
    ogc::tiles::{
        matrix::{Definition, TileMatrixSets},
        set::{Of, TileSet, TileSets},
    },
    store::LayerView,
    tiles::raster,
};

/// The tile sets of something.
pub(crate) fn sets(
    base: &Base,
    of: Of<'_>,
    views: &[LayerView],
    document: &TileSets,
) -> Html<String> {
    let (vi, en) = kind(of);
    page(
        Some(base),
        vi,
        html! {
            (heading(base, of, views))
            p { (vi) " " small lang="en" { (en) } }
            div.scroll { table {
                thead { tr { th { "Bộ ô · Tile set" } th { "Hệ toạ độ · CRS" } th { "Lớp · Layers" } } }
                tbody { @for set in &document.tilesets { tr {
                    td { a href=(address_of(set)) { (set.title) } }
                    td { code { (set.crs) } }
                    td.number { (set.layers.len()) }
                } } }
            } }
            (links(&document.links))
        },
    )
}

/// One tile set.
pub(crate) fn set(
    base: &Base,
    of: Of<'_>,
    views: &[LayerView],
    document: &TileSet,
) -> Html<String> {
    let (vi, en) = kind(of);
    page(
        Some(base),
        &document.title,
        html! {
            (heading(base, of, views))
            p { a href=(base.url(&format!("{}?f=html", of.path()))) { (vi) } " " small lang="en" { (en) } }
            h2 { (document.title) }
            table { tbody {
                (row("Hệ toạ độ · CRS", &document.crs))
                @if let Some(uri) = &document.tile_matrix_set_uri { (row("Lưới ô · Tile matrix set", uri)) }
                @if let Some(b) = &document.bounding_box {
                    (row("Phạm vi · Extent", &format!("{:.5}, {:.5} – {:.5}, {:.5}", b.lower_left[0], b.lower_left[1], b.upper_right[0], b.upper_right[1])))
                }
                (row("Ghi công · Attribution", &document.attribution))
            } }
            h2 { "Lớp trong ô " small lang="en" { "Layers" } }
            div.scroll { table {
                thead { tr { th { "Lớp" } th { "Mã · Id" } th { "Từ mức · From zoom" } th { "Đến mức · To zoom" } } }
                tbody { @for layer in &document.layers { tr {
                    td { a href=(base.url(&format!("/collections/{}?f=html", layer.id))) { (layer.title) } }
                    td { code { (layer.id) } }
                    td.number { (layer.min_tile_matrix) }
                    td.number { (layer.max_tile_matrix) }
                } } }
            } }
            (links(&document.links))
        },
    )
}

/// Every grid.
pub fn grids(base: &Base, document: &TileMatrixSets) -> Html<String> {
    page(
        Some(base),
        "Các lưới ô",
        html! {
            h1 { "Các lưới ô " small lang="en" { "Tile matrix sets" } }
            div.scroll { table {
                thead { tr { th { "Lưới ô" } th { "Mã · Id" } th { "Hệ toạ độ · CRS" } } }
                tbody { @for set in &document.tile_matrix_sets { tr {
                    td { a href=(base.url(&format!("/tileMatrixSets/{}?f=html", set.id))) { (set.title) } }
                    td { code { (set.id) } }
                    td { code { (set.crs) } }
                } } }
            } }
            (links(&document.links))
        },
    )
}

/// One grid with its matrices.
pub fn grid(base: &Base, grid: &Definition) -> Html<String> {
    let own = base.url(&format!("/tileMatrixSets/{}?f=json", grid.id));
    page(
        Some(base),
        &grid.title,
        html! {
            h1 { a href=(base.url("/tileMatrixSets?f=html")) { "Lưới ô" } " " (grid.title) }
            table { tbody {
                (row("Mã · Id", &grid.id))
                (row("Hệ toạ độ · CRS", &grid.crs))
                @if let Some(uri) = &grid.uri { (row("Định nghĩa · Definition", uri)) }
                @if let Some(first) = grid.tile_matrices.first() {
                    (row("Góc tây bắc · North-west corner (m)", &format!("{:.3}, {:.3}", first.point_of_origin[0], first.point_of_origin[1])))
                }
            } }
            div.scroll { table {
                thead { tr { th { "Mức · Zoom" } th { "Tỷ lệ · Scale" } th { "Điểm ảnh · Pixel (m)" } th { "Cột × hàng · Columns × rows" } } }
                tbody { @for matrix in &grid.tile_matrices { tr {
                    td { (matrix.id) }
                    td.number { "1 : " (format!("{:.0}", matrix.scale_denominator)) }
                    td.number { (format!("{:.4}", matrix.cell_size).replace('.', ",")) }
                    td.number { (matrix.matrix_width) " × " (matrix.matrix_height) }
                } } }
            } }
            p { a href=(own) { "JSON" } }
        },
    )
}

/// What tiles of something are called.
fn kind(of: Of<'_>) -> (&'static str, &'static str) {
    match of {
        Of::Raster(_, raster::Kind::Map) => ("Ô ảnh", "Map tiles"),
        Of::Raster(_, raster::Kind::TerrainRgb) => ("Ô độ cao", "Height tiles"),
        Of::Dataset(_) | Of::Collection(..) => ("Ô bản đồ véc-tơ", "Vector tiles"),
    }
}

/// What the tiles are of, with the way back to it.
fn heading(base: &Base, of: Of<'_>, views: &[LayerView]) -> Markup {
    html! { h1 { @match (of, views) {
        (Of::Collection(id, _) | Of::Raster(id, _), [view]) => {
            a href=(base.url(&format!("/collections/{id}?f=html"))) { (view.layer().title.vi) }
            " " small lang="en" { (view.layer().title.en) } " "
            @if view.layer().synthetic { (synthetic()) }
        }
        _ => { "Mọi lớp dữ liệu " small lang="en" { "All collections" } }
    } } }
}

/// The page of a tile set.
fn address_of(set: &TileSet) -> &str {
    set.links.iter().find(|link| link.rel == "alternate").map_or("", |link| &link.href)
}
