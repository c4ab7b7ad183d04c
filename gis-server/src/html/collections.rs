//! Collections and schemas as pages.

use axum::response::Html;
use maud::{Markup, html};

use super::page::{links, page, row};
use crate::{
    http::base::Base,
    ogc::{
        collections::{Collection, Collections},
        filtering::Functions,
    },
    store::{City, LayerView},
};

/// Every collection.
pub fn list(base: &Base, city: &City, document: &Collections) -> Html<String> {
    page(
        Some(base),
        "Lớp dữ liệu",
        html! {
            h1 { "Lớp dữ liệu " small { "Collections" } }
            p { (city.title.vi) " " @if city.synthetic { (synthetic()) } }
            div.scroll { table {
                thead { tr { th { "Lớp" } th { "Chủ đề" } th { "Đối tượng" } th { "Nguồn" } } }
                tbody { @for collection in &document.collections { tr {
                    td {
                        a href=(base.url(&format!("/collections/{}?f=html", collection.id))) { (collection.title) }
                        " " small lang="en" { (collection.dothi.title.en) } " "
                        @if collection.dothi.synthetic { (synthetic()) }
                    }
                    td { (collection.dothi.theme_title.vi) }
                    td.number { @match collection.dothi.features { Some(count) => (count), None => "raster" } }
                    td { (collection.attribution) }
                } } }
            } }
        },
    )
}

/// One collection.
pub fn show(base: &Base, collection: &Collection) -> Html<String> {
    let own = &collection.dothi;
    page(
        Some(base),
        &collection.title,
        html! {
            h1 { (collection.title) " " small lang="en" { (own.title.en) } " " @if own.synthetic { (synthetic()) } }
            @if !own.description.vi.is_empty() { p { (own.description.vi) } p lang="en" { (own.description.en) } }
            table { tbody {
                (row("Mã lớp · Id", &collection.id))
                (row("Chủ đề · Theme", &format!("{} · {}", own.theme_title.vi, own.theme_title.en)))
                (row("Vai trò · Role", &format!("{} ({})", own.role_title.vi, own.role)))
                @if let Some(count) = own.features { (row("Số đối tượng · Features", &count.to_string())) }
                @if let Some(spatial) = &collection.extent.spatial { @for bbox in &spatial.bbox {
                    (row("Phạm vi · Extent", &format!("{:.5}, {:.5} – {:.5}, {:.5}", bbox[0], bbox[1], bbox[2], bbox[3])))
                } }
                (row("Hệ toạ độ nguồn · Source CRS", &own.source_crs))
                (row("Nguồn · Source", &own.source))
                (row("Giấy phép · Licence", &own.licence))
                (row("Ghi công · Attribution", &own.attribution))
                (row("Công bố · Published", &own.published.to_string()))
            } }
            @if !own.properties.is_empty() {
                h2 { "Thuộc tính " small { "Properties" } }
                div.scroll { table {
                    thead { tr { th { "Cột" } th { "Tên" } th { "Đơn vị" } th { "Bảng mã" } } }
                    tbody { @for property in &own.properties { tr {
                        td { code { (property.name) } }
                        td { (property.title.vi) " " small lang="en" { (property.title.en) } }
                        td { (property.unit_display.unwrap_or_default()) }
                        td { @if let Some(list) = &property.code_list {
                            a href=(base.url(&format!("/codelists/{list}?f=html"))) { (list) }
                        } }
                    } } }
                } }
            }
            (links(&collection.links))
        },
    )
}

/// The columns of a collection.
pub fn schema(base: &Base, view: &LayerView) -> Html<String> {
    let layer = view.layer();
    page(
        Some(base),
        &layer.title.vi,
        html! {
            h1 { (layer.title.vi) " " small { "Thuộc tính · Schema" } }
            div.scroll { table {
                thead { tr { th { "Cột" } th { "Tên" } th { "Kiểu" } th { "Đơn vị" } th { "Bảng mã" } } }
                tbody { @for property in view.properties() { tr {
                    td { code { (property.name) } }
                    td { (property.title.vi) " " small lang="en" { (property.title.en) } }
                    td { (format!("{:?}", property.kind).to_lowercase()) }
                    td { (property.unit.map(|unit| unit.display()).unwrap_or_default()) }
                    td { @if let Some(list) = &property.code_list {
                        a href=(base.url(&format!("/codelists/{list}?f=html"))) { (list) }
                    } }
                } } }
            } }
        },
    )
}

/// The functions of filters.
pub fn functions(base: &Base, document: &Functions) -> Html<String> {
    page(
        Some(base),
        "Hàm của bộ lọc",
        html! {
            h1 { "Hàm của bộ lọc " small lang="en" { "Functions of filters" } }
            div.scroll { table {
                thead { tr { th { "Hàm" } th { "Ý nghĩa" } th { "Kết quả" } } }
                tbody { @for function in &document.functions { tr {
                    td { code {
                        (function.name) "("
                        @for (order, argument) in function.arguments.iter().enumerate() {
                            @if order > 0 { ", " } (argument.title)
                        }
                        @if function.repeats { ", …" } ")"
                    } }
                    td { (function.both.vi) " " small lang="en" { (function.both.en) } }
                    td { (function.returns.join(", ")) }
                } } }
            } }
            (links(&document.links))
        },
    )
}

/// The mark of generated data.
pub(super) fn synthetic() -> Markup {
    html! { span.badge.synthetic { "dữ liệu tổng hợp · synthetic" } }
}
