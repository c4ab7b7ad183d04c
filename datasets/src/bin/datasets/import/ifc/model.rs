//! The model: its buildings with their storeys and parts, and what it says of its place.

use std::collections::{BTreeMap, HashMap};

use ifc_lite_core::{
    DecodedEntity, EntityDecoder, EntityScanner, GeoRefExtractor, GeoRefSource, GeoReference,
    IfcType, parser::header::declared_schemas,
};
use ifc_lite_geometry::GeometryRouter;

use super::solid::{Part, Triangle};

/// Steps from a part up to its building at most.
const DEEPEST: usize = 64;
/// Triangles of a model at most: 1.4 GB of corners.
const MOST_TRIANGLES: usize = 20_000_000;

/// Where attributes stand in entities, the same from IFC 2x3 to 4x3.
mod slot {
    pub(super) const GUID: usize = 0;
    pub(super) const NAME: usize = 2;
    pub(super) const PLACEMENT: usize = 5;
    pub(super) const LONG_NAME: usize = 7;
    pub(super) const ELEVATION: usize = 9;
    pub(super) const LATITUDE: usize = 9;
    pub(super) const LONGITUDE: usize = 10;
    pub(super) const SITE_ELEVATION: usize = 11;
    pub(super) const TRUE_NORTH: usize = 5;
}

/// What a model says.
pub(super) struct Model {
    /// Name of its schema.
    pub(super) schema: String,
    pub(super) buildings: Vec<Building>,
    /// Metres of its unit of length.
    pub(super) unit_m: f64,
    /// Its conversion to a map's system.
    pub(super) conversion: Option<GeoReference>,
    /// Where its site says that it lies.
    pub(super) site: Option<Site>,
    /// North in its own plane.
    pub(super) north: [f64; 2],
    /// Kinds of parts of which no shape could be made, with how many.
    shapeless: BTreeMap<String, u64>,
}

/// A site with longitude and latitude.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Site {
    pub(super) lon: f64,
    pub(super) lat: f64,
    /// Height of its origin, m.
    pub(super) height_m: f64,
    /// Its origin in the model's plane, m.
    pub(super) origin: [f64; 3],
}

/// A building.
pub(super) struct Building {
    pub(super) guid: String,
    pub(super) name: Option<String>,
    /// Heights of its storeys in the model, m, ascending.
    storeys: Vec<f64>,
    /// Height of its own level 0 in the model, m.
    level: f64,
    pub(super) parts: Vec<Part>,
}

impl Building {
    /// Height of its ground floor in the model, m: the storey that is nearest to level 0.
    pub(super) fn zero(&self) -> Option<f64> {
        let near = |z: &f64| (z - self.level).abs();
        self.storeys.iter().copied().min_by(|a, b| near(a).total_cmp(&near(b)))
    }

    /// Storeys with room to stand between the ground floor and the top, m.
    pub(super) fn storeys_between(&self, base: f64, top: f64) -> usize {
        /// A level this little under the top is a roof's edge, and this little below the floor the floor.
        const ROOM_M: f64 = 1.8;
        let is_floor = |z: &&f64| **z > base - 0.5 && **z < top - ROOM_M;
        self.storeys.iter().filter(is_floor).count()
    }
}

impl Model {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(content: &[u8]) -> Result<Self, String> {
        let schema = declared_schemas(content).into_iter().next().unwrap_or_default();
        if !schema.to_ascii_uppercase().starts_with("IFC") {
            return Err(format!("it is a STEP file of the schema '{schema}', not of IFC"));
        }
        let mut scanner = EntityScanner::new(content);
        let mut types = Vec::new();
        while let Some((id, name, ..)) = scanner.next_entity() {
            types.push((id, IfcType::from_str(name)));
        }
        let mut decoder = EntityDecoder::new(content);
        let router = GeometryRouter::with_units(content, &mut decoder);
        let conversion = GeoRefExtractor::extract(&mut decoder, &types).ok().flatten();
        let is_map = |it: &GeoReference| {
            let source = it.source.is_some_and(|source| source != GeoRefSource::SiteLocation);
            source && it.eastings.is_finite() && it.northings.is_finite()
        };
        let mut reader = Reader { decoder, router, types, parents: HashMap::new() };
        reader.parents = reader.parents();
        let (site, north) = (reader.site(), reader.north());
        let unit_m = reader.router.unit_scale();
        let mut shapeless = BTreeMap::new();
        let buildings = reader.buildings(&mut shapeless)?;
        if buildings.is_empty() {
            let why = "the model has no building (IfcBuilding) / mô hình không có IfcBuilding";
            return Err(why.to_owned());
        }
        let conversion = conversion.filter(is_map);
        Ok(Self { schema, buildings, unit_m, conversion, site, north, shapeless })
    }

    /// What a person should know.
    pub(super) fn notes(&self) -> Vec<(String, String)> {
        if self.shapeless.is_empty() {
            return Vec::new();
        }
        let list: Vec<String> =
            self.shapeless.iter().map(|(name, count)| format!("{name} × {count}")).collect();
        let list = list.join(", ");
        vec![(
            format!("Cấu kiện không dựng được hình, bỏ qua: {list}"),
            format!("parts of which no shape could be made, left out: {list}"),
        )]
    }
}

struct Reader<'c> {
    decoder: EntityDecoder<'c>,
    router: GeometryRouter,
    types: Vec<(u32, IfcType)>,
    /// What each thing is a part of, or stands in.
    parents: HashMap<u32, u32>,
}

impl Reader<'_> {
    fn of_type(&self, wanted: &IfcType) -> Vec<u32> {
        self.types.iter().filter(|(_, kind)| kind == wanted).map(|(id, _)| *id).collect()
    }

    fn entity(&mut self, id: u32) -> Option<DecodedEntity> {
        self.decoder.decode_by_id(id).ok()
    }

    fn parents(&mut self) -> HashMap<u32, u32> {
        let mut parents = HashMap::new();
        // Attributes of what holds, and of what is held.
        let relations =
            [(IfcType::IfcRelAggregates, 4, 5), (IfcType::IfcRelContainedInSpatialStructure, 5, 4)];
        for (kind, whole, parts) in relations {
            for id in self.of_type(&kind) {
                let Some(relation) = self.entity(id) else { continue };
                let Some(whole) = relation.get_ref(whole) else { continue };
                for part in relation.get_refs(parts).unwrap_or_default() {
                    parents.entry(part).or_insert(whole);
                }
            }
        }
        parents
    }

    /// The building that something is a part of.
    fn building_of(&self, id: u32, buildings: &HashMap<u32, usize>) -> Option<usize> {
        let mut at = id;
        for _ in 0..DEEPEST {
            at = *self.parents.get(&at)?;
            if let Some(number) = buildings.get(&at) {
                return Some(*number);
            }
        }
        None
    }

    /// The origin of a thing's placement in the model, m.
    fn origin(&mut self, thing: &DecodedEntity) -> [f64; 3] {
        let placement = thing
            .get_ref(slot::PLACEMENT)
            .and_then(|_| self.router.resolve_scaled_placement(thing, &mut self.decoder).ok());
        placement.map_or([0.0; 3], |matrix| [matrix[12], matrix[13], matrix[14]])
    }

    fn buildings(
        &mut self,
        shapeless: &mut BTreeMap<String, u64>,
    ) -> Result<Vec<Building>, String> {
        let mut found = Vec::new();
        let mut numbers = HashMap::new();
        for id in self.of_type(&IfcType::IfcBuilding) {
            let Some(building) = self.entity(id) else { continue };
            let text = |slot: usize| building.get_string(slot).map(str::trim);
            let names = [text(slot::LONG_NAME), text(slot::NAME)];
            let name = names.into_iter().flatten().find(|name| !name.is_empty());
            numbers.insert(id, found.len());
            let level = self.origin(&building)[2];
            found.push(Building {
                guid: text(slot::GUID).unwrap_or_default().to_owned(),
                name: name.map(str::to_owned),
                storeys: Vec::new(),
                level,
                parts: Vec::new(),
            });
        }
        self.add_storeys(&numbers, &mut found);
        self.add_parts(&numbers, &mut found, shapeless)?;
        Ok(found)
    }

    fn add_storeys(&mut self, numbers: &HashMap<u32, usize>, found: &mut [Building]) {
        for id in self.of_type(&IfcType::IfcBuildingStorey) {
            let Some(number) = self.building_of(id, numbers) else { continue };
            let Some(storey) = self.entity(id) else { continue };
            // The placement holds where files disagree about what an elevation is measured from.
            let height = match storey.get_ref(slot::PLACEMENT) {
                Some(_) => self.origin(&storey)[2],
                None => {
                    let elevation = storey.get_float(slot::ELEVATION).unwrap_or(0.0);
                    found[number].level + elevation * self.router.unit_scale()
                }
            };
            found[number].storeys.push(height);
        }
        found.iter_mut().for_each(|building| building.storeys.sort_by(f64::total_cmp));
    }

    fn add_parts(
        &mut self,
        numbers: &HashMap<u32, usize>,
        found: &mut [Building],
        shapeless: &mut BTreeMap<String, u64>,
    ) -> Result<(), String> {
        let mut left = MOST_TRIANGLES;
        for (id, kind) in self.types.clone() {
            let Some(use_of) = super::solid::use_of(&kind) else { continue };
            let Some(number) = self.building_of(id, numbers) else { continue };
            let Some(element) = self.entity(id) else { continue };
            // Such as a stair, whose flights are things of their own.
            if element.get_ref(6).is_none() {
                continue;
            }
            let meshes = self.router.process_element_parts(&element, &mut self.decoder);
            let triangles: Vec<Triangle> =
                meshes.into_iter().flatten().flat_map(|mesh| triangles(&mesh)).collect();
            if triangles.is_empty() {
                *shapeless.entry(format!("{kind:?}")).or_default() += 1;
                continue;
            }
            left = left.checked_sub(triangles.len()).ok_or_else(|| {
                format!("it has more than {MOST_TRIANGLES} triangles / quá nhiều tam giác")
            })?;
            found[number].parts.push(Part { use_of, triangles });
        }
        Ok(())
    }

    /// The first site that says where it lies.
    fn site(&mut self) -> Option<Site> {
        for id in self.of_type(&IfcType::IfcSite) {
            let Some(site) = self.entity(id) else { continue };
            let degrees = |slot: usize| {
                let parts: Option<Vec<f64>> =
                    site.get_list(slot)?.iter().map(|part| part.as_float()).collect();
                compound(&parts?)
            };
            let (Some(lat), Some(lon)) = (degrees(slot::LATITUDE), degrees(slot::LONGITUDE)) else {
                continue;
            };
            // Programs write zeros for what nobody told them.
            let is_place = lat.abs() <= 90.0 && lon.abs() <= 180.0 && (lat, lon) != (0.0, 0.0);
            if is_place {
                let height = site.get_float(slot::SITE_ELEVATION).unwrap_or(0.0);
                let height_m = height * self.router.unit_scale();
                return Some(Site { lon, lat, height_m, origin: self.origin(&site) });
            }
        }
        None
    }

    /// North in the model's plane, along y where nothing is said.
    fn north(&mut self) -> [f64; 2] {
        for id in self.of_type(&IfcType::IfcGeometricRepresentationContext) {
            let Some(context) = self.entity(id) else { continue };
            let Some(direction) = context.get_ref(slot::TRUE_NORTH) else { continue };
            let Some(direction) = self.entity(direction) else { continue };
            let ratios: Vec<f64> = direction
                .get_list(0)
                .unwrap_or_default()
                .iter()
                .filter_map(|ratio| ratio.as_float())
                .collect();
            if let [x, y, ..] = ratios[..]
                && x.hypot(y) > 1e-9
            {
                return [x / x.hypot(y), y / x.hypot(y)];
            }
        }
        [0.0, 1.0]
    }
}

/// Degrees, minutes, seconds and millionths of seconds, which have one sign.
pub(super) fn compound(parts: &[f64]) -> Option<f64> {
    const SHARES: [f64; 4] = [1.0, 60.0, 3600.0, 3.6e9];
    let sum: f64 = parts.iter().zip(SHARES).map(|(part, share)| part / share).sum();
    ((3..=4).contains(&parts.len()) && sum.is_finite()).then_some(sum)
}

fn triangles(mesh: &ifc_lite_geometry::Mesh) -> Vec<Triangle> {
    let corner = |index: &u32| {
        let at = usize::try_from(*index).ok()?.checked_mul(3)?;
        let place = mesh.positions.get(at..at + 3)?;
        Some([0, 1, 2].map(|axis| mesh.origin[axis] + f64::from(place[axis])))
    };
    let triangle = |indices: &[u32]| match indices {
        [a, b, c] => Some([corner(a)?, corner(b)?, corner(c)?]),
        _ => None,
    };
    let is_finite =
        |triangle: &Triangle| triangle.iter().flatten().all(|number| number.is_finite());
    mesh.indices.chunks_exact(3).filter_map(triangle).filter(is_finite).collect()
}
