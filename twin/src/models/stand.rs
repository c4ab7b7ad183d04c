//! Models where they stand: a layer that can be pointed at, and what is drawn.

use std::sync::Arc;

use bevy::{
    image::{
        CompressedImageFormats, ImageAddressMode, ImageFormat, ImageSampler,
        ImageSamplerDescriptor, ImageType,
    },
    mesh::{Indices, PrimitiveTopology},
    pbr::ExtendedMaterial,
    prelude::*,
};
use city::{FeatureId, Role, Title, Value};
use geo_types::{Point, Rect};

use super::{Alpha, Paint, PlacedModel, PlacedSheet, picture::Kind};
use crate::{
    app::KEPT,
    axes,
    model::{CityFeature, CityLayer, CityModel, Column},
    scene::{Drawn, Plain, PlainMaterial},
};

/// Columns of a model's layer, at most.
const COLUMNS: usize = 60;

/// The models that stand in the city, each with its layer by position in the city's model.
#[derive(Debug, Clone, Default, Resource)]
pub struct Models(pub Vec<(usize, Arc<PlacedModel>)>);

/// Stands a model in a city: its objects become a layer, and its notes the city's.
pub fn stand(city: &mut CityModel, models: &mut Models, placed: PlacedModel) {
    let id = format!("model-{}", models.0.len() + 1);
    city.notes.extend(placed.notes.iter().cloned());
    let layer = layer_of(&placed, &id);
    models.0.push((city.layers.len(), Arc::new(placed)));
    city.layers.push(layer);
}

/// The layer of a model: a feature for each of its objects, in their order, with its box on the map.
fn layer_of(model: &PlacedModel, id: &str) -> CityLayer {
    let mut edges: Vec<Option<Rect<f64>>> = vec![None; model.objects.len()];
    for (corners, object) in model.soup.triangles() {
        let Some(slot) = edges.get_mut(object as usize) else { continue };
        for at in corners {
            let here = Rect::new([at[0], at[1]], [at[0], at[1]]);
            *slot = Some(slot.map_or(here, |it| around(&it, &here)));
        }
    }
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in model.objects.iter().flat_map(|object| &object.attributes) {
        if names.len() < COLUMNS && !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let plain = |name: &str, vi: &str, en: &str| Column {
        name: name.to_owned(),
        title: Title::new(vi, en),
        unit: None,
        code_list: None,
    };
    let mut columns = vec![plain("kind", "Loại", "Kind")];
    columns.extend(names.iter().map(|name| plain(name, name, name)));
    let features = model.objects.iter().zip(edges).map(|(object, edges)| {
        let mut values = vec![Value::Null; columns.len()];
        if !object.kind.is_empty() {
            values[0] = Value::from(object.kind.as_str());
        }
        for (name, value) in &object.attributes {
            if let Some(place) = names.iter().position(|it| it == name) {
                values[place + 1] = value.clone();
            }
        }
        let [east, north, _] = model.origin;
        let geometry = match edges {
            Some(edges) => edges.to_polygon().into(),
            None => Point::new(east, north).into(),
        };
        CityFeature { id: FeatureId::Text(object.id.as_str().into()), geometry, values }
    });
    let features: Vec<CityFeature> = features.collect();
    let named = columns.iter().position(|column| column.name == "name");
    CityLayer {
        id: id.to_owned(),
        role: Role::Other,
        title: Title::new(model.name.clone(), model.name.clone()),
        attributes: named.map(|place| ("name".to_owned(), place)).into_iter().collect(),
        columns,
        features,
    }
}

fn around(a: &Rect<f64>, b: &Rect<f64>) -> Rect<f64> {
    let (low, high) = (a.min(), a.max());
    Rect::new(
        [low.x.min(b.min().x), low.y.min(b.min().y)],
        [high.x.max(b.max().x), high.y.max(b.max().y)],
    )
}

/// Draws the models, and those that come later.
#[derive(Debug, Default)]
pub struct ModelsPlugin;

impl Plugin for ModelsPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Models>().add_systems(PreUpdate, draw);
    }
}

/// Marks what is drawn of a model, by its place in [`Models`].
#[derive(Debug, Component)]
struct OfModel;

fn draw(
    mut commands: Commands<'_, '_>,
    models: Res<'_, Models>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut images: ResMut<'_, Assets<Image>>,
    mut materials: ResMut<'_, Assets<PlainMaterial>>,
    mut drawn: Local<'_, usize>,
) {
    for (_, model) in models.0.iter().skip(*drawn) {
        let pictures: Vec<Option<Handle<Image>>> =
            model.pictures.iter().map(|it| image_of(it).map(|it| images.add(it))).collect();
        let paints: Vec<Handle<PlainMaterial>> = model
            .paints
            .iter()
            .map(|paint| {
                let picture = paint.picture.and_then(|number| pictures.get(number)?.clone());
                materials.add(material_of(paint, picture))
            })
            .collect();
        let [east, north, up] = model.origin;
        for sheet in &model.sheets {
            let Some(material) = paints.get(sheet.paint) else { continue };
            commands.spawn((
                OfModel,
                Drawn(Role::Other),
                Mesh3d(meshes.add(mesh_of(sheet))),
                MeshMaterial3d(material.clone()),
                Transform::from_translation(axes::to_scene(east, north, up)),
            ));
        }
    }
    *drawn = models.0.len();
}

/// The triangles of a sheet as Bevy has them.
pub(crate) fn mesh_of(sheet: &PlacedSheet) -> Mesh {
    Mesh::new(PrimitiveTopology::TriangleList, KEPT)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, sheet.positions.clone())
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, sheet.normals.clone())
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, sheet.uvs.clone())
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, sheet.colours.clone())
        .with_inserted_indices(Indices::U32(sheet.indices.clone()))
}

/// A picture, decoded; one that is broken is left out, and its surfaces keep their colour.
pub(crate) fn image_of(picture: &super::Picture) -> Option<Image> {
    let format = match picture.kind {
        Kind::Png => ImageFormat::Png,
        Kind::Jpeg => ImageFormat::Jpeg,
    };
    let sampler = ImageSampler::Descriptor(ImageSamplerDescriptor {
        address_mode_u: ImageAddressMode::Repeat,
        address_mode_v: ImageAddressMode::Repeat,
        ..ImageSamplerDescriptor::linear()
    });
    let image = Image::from_buffer(
        &picture.bytes,
        ImageType::Format(format),
        CompressedImageFormats::NONE,
        true,
        sampler,
        KEPT,
    );
    image.map_err(|error| tracing::warn!(%error, "a model's picture")).ok()
}

pub(crate) fn material_of(paint: &Paint, picture: Option<Handle<Image>>) -> PlainMaterial {
    let [r, g, b, a] = paint.base;
    let [er, eg, eb] = paint.emissive;
    let base = StandardMaterial {
        base_color: Color::linear_rgba(r, g, b, a),
        base_color_texture: picture,
        metallic: paint.metallic,
        perceptual_roughness: paint.roughness,
        reflectance: 0.3,
        emissive: LinearRgba::rgb(er, eg, eb),
        double_sided: paint.is_double_sided,
        cull_mode: match paint.is_double_sided {
            true => None,
            false => Some(bevy::render::render_resource::Face::Back),
        },
        unlit: paint.is_unlit,
        alpha_mode: match paint.alpha {
            Alpha::Opaque => AlphaMode::Opaque,
            Alpha::Mask(least) => AlphaMode::Mask(least),
            Alpha::Blend => AlphaMode::Blend,
        },
        ..default()
    };
    ExtendedMaterial { base, extension: Plain::default() }
}
