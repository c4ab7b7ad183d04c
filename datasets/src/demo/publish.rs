//! Writes a town's layers as files with their descriptions.

use std::path::Path;

use city::{
    Access, Crs, FeatureId, Instant, Layer, LayerId, Role, Schema, Title, Unit,
    access::RowRule,
    layer::{Content, GeometryKind},
    raster::Raster,
    role::Attribute,
};
use geo::MapCoordsInPlace;
use rayon::prelude::*;

use super::{
    Error, Recipe, Step, base, gazetteer, layers::Survey, parcels, sensing::DATUM,
    terrain::terrain, town::Town,
};
use crate::{
    Feature, NewLayer,
    crs::Transformer,
    write::{LayerWriter, WrittenLayer, write_cog},
};

/// What the folder is called.
pub(super) fn title() -> Title {
    Title::new("Tam Kỳ (dữ liệu tổng hợp)", "Tam Ky (synthetic data)")
}

/// The day on which the demo city is dated, so that the same seed gives the same bytes.
const DATED: &str = "2026-01-01T00:00:00Z";

/// Makes the town and writes every layer of it into the staging folder.
pub(super) fn write_layers(
    recipe: Recipe,
    staging: &Path,
    progress: &dyn Fn(Step),
) -> Result<Vec<NewLayer>, Error> {
    let step = |vi, name, done, of| progress(Step { vi, name, done, of });
    step("Quy hoạch thành phố", "plan", 0, 1);
    let town = Town::new(recipe.seed, recipe.buildings);
    step("Quy hoạch thành phố", "plan", 1, 1);
    let press =
        Press { recipe, staging, to_degrees: Transformer::between(Crs::QUANG_NAM, Crs::CRS84)? };
    let mut layers = vec![];
    step("Khảo sát mạng lưới", "survey", 0, 1);
    let mut survey = Survey::of(&town);
    step("Khảo sát mạng lưới", "survey", 1, 1);
    let roles: Vec<Role> = Role::ALL.iter().copied().filter(|&role| is_plain(role)).collect();
    for (i, &role) in roles.iter().enumerate() {
        step("Ghi các lớp", "layers", i, roles.len());
        layers.push(press.whole(role, survey.layer(role))?);
    }
    step("Ghi các lớp", "layers", roles.len(), roles.len());
    layers.extend(press.parcels_and_buildings(&town, &step)?);
    step("Dựng địa hình", "terrain", 0, 1);
    layers.push(press.terrain(&town)?);
    step("Dựng địa hình", "terrain", 1, 1);
    Ok(layers)
}

/// Roles whose features fit into memory at once.
fn is_plain(role: Role) -> bool {
    let apart = [Role::Terrain, Role::Imagery, Role::Parcels, Role::Buildings, Role::Other];
    !apart.contains(&role)
}

/// Prints layers into a folder.
struct Press<'a> {
    recipe: Recipe,
    staging: &'a Path,
    to_degrees: Transformer,
}

impl Press<'_> {
    fn open(&self, role: Role) -> Result<LayerWriter, Error> {
        let id: LayerId = role.name().parse()?;
        let kind = role.geometry().unwrap_or(GeometryKind::Mixed);
        LayerWriter::create(self.staging, &id, &schema(role), key_of(role).unwrap_or("_fid"), kind)
            .map_err(wrong(role))
    }

    /// Writes features whose coordinates are metres from the town's centre.
    fn print(
        &self,
        role: Role,
        writer: &mut LayerWriter,
        mut features: Vec<Feature>,
    ) -> Result<(), Error> {
        let key = key_of(role).and_then(|key| position(role, key));
        features.par_iter_mut().try_for_each(|feature| {
            feature.geometry.map_coords_in_place(base::to_zone);
            if let Some(text) = key.and_then(|at| feature.values[at].as_text()) {
                feature.id = text.parse::<FeatureId>()?;
            }
            Ok::<(), Error>(self.to_degrees.convert_geometry(&mut feature.geometry)?)
        })?;
        writer.write_all(&features).map_err(wrong(role))
    }

    fn whole(&self, role: Role, features: Vec<Feature>) -> Result<NewLayer, Error> {
        let mut writer = self.open(role)?;
        self.print(role, &mut writer, features)?;
        if role == Role::PlaceNames {
            for feature in archipelagos(writer.features()) {
                writer.write(&feature).map_err(wrong(role))?;
            }
        }
        self.bind(role, writer.finish().map_err(wrong(role))?)
    }

    fn parcels_and_buildings(
        &self,
        town: &Town,
        step: &dyn Fn(&'static str, &'static str, usize, usize),
    ) -> Result<Vec<NewLayer>, Error> {
        let mut parcels = self.open(Role::Parcels)?;
        let mut buildings = self.open(Role::Buildings)?;
        let mut done = |at, of| step("Ghi thửa đất và nhà", "buildings", at, of);
        parcels::parcels_and_buildings(town, &mut done, &mut |lots, houses| {
            self.print(Role::Parcels, &mut parcels, lots)?;
            self.print(Role::Buildings, &mut buildings, houses)
        })?;
        let parcels = self.bind(Role::Parcels, parcels.finish().map_err(wrong(Role::Parcels))?)?;
        let buildings =
            self.bind(Role::Buildings, buildings.finish().map_err(wrong(Role::Buildings))?)?;
        Ok(vec![parcels, buildings])
    }

    fn terrain(&self, town: &Town) -> Result<NewLayer, Error> {
        let (grid, values) = terrain(town);
        let raster = Raster::new(grid, values)?;
        let written = write_cog(&self.staging.join("terrain.tif"), &raster)?;
        let bbox = Transformer::between(grid.crs, Crs::CRS84)?.convert_bbox(&grid.bbox())?;
        let content = Content::Raster {
            grid: written.grid,
            unit: Unit::Metre,
            min: written.min,
            max: written.max,
            vertical_datum: Some(DATUM.into()),
            height_error_m: None,
        };
        Ok(NewLayer {
            layer: self.describe(Role::Terrain, Some(bbox), content)?,
            staged: written.path,
        })
    }

    /// The layer's description with its file.
    fn bind(&self, role: Role, written: WrittenLayer) -> Result<NewLayer, Error> {
        let columns =
            role.attributes().iter().map(|a| (a.name.to_owned(), a.name.to_owned())).collect();
        let content = Content::Vector {
            geometry: written.geometry,
            features: written.features,
            id_column: written.id_column,
            schema: written.schema,
            columns,
            row_rules: row_rules(role),
        };
        Ok(NewLayer { layer: self.describe(role, written.bbox, content)?, staged: written.path })
    }

    fn describe(
        &self,
        role: Role,
        bbox: Option<city::Bbox>,
        content: Content,
    ) -> Result<Layer, Error> {
        let Recipe { seed, buildings } = self.recipe;
        Ok(Layer {
            id: role.name().parse()?,
            title: role.title(),
            description: description(role),
            theme: role.theme(),
            role,
            access: Access::Public,
            zoom: (first_zoom(role), 22),
            style: None,
            file: String::new(),
            checksum: String::new(),
            bbox,
            source_crs: Crs::QUANG_NAM.to_string(),
            source: format!("Dothi, dữ liệu tổng hợp, seed {seed}"),
            licence: "CC0-1.0".into(),
            attribution: "Dothi – dữ liệu tổng hợp (synthetic data)".into(),
            lineage: format!(
                "datasets generate --seed {seed} --buildings {buildings}, phiên bản {}; tính trong EPSG:5899, \
                 chuyển về WGS 84 theo EPSG:6960. Made by rule and chance; describes no real object or person.",
                env!("CARGO_PKG_VERSION")
            ),
            synthetic: true,
            published: DATED.parse::<Instant>()?,
            content_date: Some("2026-01-01".into()),
            content,
        })
    }
}

/// First zoom at which a layer is drawn. Present land use is drawn over land cover, and fields are a
/// few pixels wide before zoom 11: until then land cover tells the same at a third of the bytes.
fn first_zoom(role: Role) -> u8 {
    if role == Role::LandUse { 11 } else { role.min_zoom() }
}

fn wrong(role: Role) -> impl Fn(crate::write::WriteError) -> Error {
    move |source| Error::Write { layer: role.name(), source }
}

fn schema(role: Role) -> Schema {
    Schema { properties: role.attributes().iter().map(|a| Attribute::to_property(*a)).collect() }
}

fn position(role: Role, name: &str) -> Option<usize> {
    role.attributes().iter().position(|attribute| attribute.name == name)
}

/// The column whose codes identify a role's features; buildings are too many for texts.
fn key_of(role: Role) -> Option<&'static str> {
    let numbered = matches!(role, Role::Buildings | Role::LandCover | Role::Blocks | Role::Trees);
    (!numbered && position(role, "code").is_some()).then_some("code")
}

/// Land and buildings of defence and security are not for the public.
///
/// Rows that say so are hidden whole: present and planned land use, zones, blocks, parcels,
/// buildings. Their place then shows as a gap in those layers, as on the maps that authorities
/// publish; to fill it we would have to state something false. What is open and has no such column
/// says nothing about it: land cover goes by the ground ([`super::cover`]), place names and
/// facilities leave it out, and no lamp, pipe or transformer station stands on it.
pub(super) fn row_rules(role: Role) -> Vec<RowRule> {
    let rule = |column: &str, values: &[&str]| RowRule {
        column: column.into(),
        values: values.iter().map(|&value| value.into()).collect(),
        access: Access::Defence,
    };
    match role {
        Role::LandUse | Role::LandUsePlans | Role::Parcels | Role::PlanningZones | Role::Blocks => {
            vec![rule("use_code", &["CQP", "CAN"])]
        }
        Role::Buildings => vec![rule("use", &["defence"])],
        _ => Vec::new(),
    }
}

fn description(role: Role) -> Title {
    match role {
        Role::Communes | Role::Villages => Title::new(
            "Tên và mã đơn vị là thật (từ 01/7/2025); ranh giới vẽ giản lược, không có giá trị pháp lý.",
            "Names and codes are real (since 1 July 2025); boundaries are schematic and have no legal force.",
        ),
        Role::Reservoirs => Title::new(
            "Hồ chứa thượng nguồn; số liệu là giả định.",
            "Reservoirs upstream; their numbers are made up.",
        ),
        Role::Gauges => Title::new(
            "Mức báo động của trạm Tam Kỳ theo bảng đã công bố, cần đối chiếu; các trạm khác là giả định.",
            "Alarm levels of the Tam Kỳ gauge follow a published table, to be checked; the others are made up.",
        ),
        Role::PlaceNames => Title::new(
            "Địa danh, có cả quần đảo Hoàng Sa và Trường Sa.",
            "Place names, with the Hoàng Sa and Trường Sa archipelagos.",
        ),
        _ => Title::new(
            "Dữ liệu tổng hợp, không mô tả đối tượng có thật.",
            "Synthetic data; describes no real object.",
        ),
    }
}

/// The archipelagos' names, far from the town and in degrees already.
fn archipelagos(after: u64) -> Vec<Feature> {
    let each = gazetteer::ARCHIPELAGOS.iter().enumerate().map(|(i, &(name, en, lon, lat))| {
        let row = super::row::Row::new(Role::PlaceNames)
            .set("name", name)
            .set("name_en", en)
            .set("kind", "archipelago")
            .set("rank", 1);
        row.point(after + i as u64 + 1, geo_types::Coord { x: lon, y: lat })
    });
    each.collect()
}
