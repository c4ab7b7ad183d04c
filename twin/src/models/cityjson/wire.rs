//! CityJSON as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// A document, or a feature of a sequence.
#[derive(Debug, Deserialize)]
pub(super) struct Document {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) version: Option<String>,
    #[serde(default)]
    pub(super) transform: Option<Transform>,
    #[serde(default)]
    pub(super) metadata: Option<Metadata>,
    #[serde(default, rename = "CityObjects")]
    pub(super) objects: BTreeMap<String, CityObject>,
    #[serde(default)]
    pub(super) vertices: Vec<[f64; 3]>,
    #[serde(default)]
    pub(super) appearance: Option<Appearance>,
    #[serde(default, rename = "geometry-templates")]
    pub(super) templates: Option<Templates>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Transform {
    scale: [f64; 3],
    translate: [f64; 3],
}

impl Transform {
    pub(super) fn apply(&self, at: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|k| at[k] * self.scale[k] + self.translate[k])
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    #[serde(default, rename = "referenceSystem")]
    pub(super) reference_system: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CityObject {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) geometry: Vec<Geometry>,
    #[serde(default)]
    pub(super) attributes: Map<String, Json>,
    #[serde(default)]
    pub(super) parents: Vec<String>,
    #[serde(default)]
    pub(super) children: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Geometry {
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// A text since 1.1, a number before.
    #[serde(default)]
    lod: Json,
    #[serde(default)]
    pub(super) boundaries: Json,
    #[serde(default)]
    pub(super) semantics: Option<Semantics>,
    #[serde(default)]
    pub(super) material: BTreeMap<String, Themed>,
    #[serde(default)]
    pub(super) texture: BTreeMap<String, Themed>,
    /// Of an instance: which template.
    #[serde(default)]
    pub(super) template: Option<usize>,
    /// Of an instance: row by row.
    #[serde(default, rename = "transformationMatrix")]
    pub(super) matrix: Option<[f64; 16]>,
}

impl Geometry {
    /// How many lists stand around a surface; `None` where there are no surfaces.
    pub(super) fn depth(&self) -> Option<usize> {
        match self.kind.as_str() {
            "MultiSurface" | "CompositeSurface" => Some(1),
            "Solid" => Some(2),
            "MultiSolid" | "CompositeSolid" => Some(3),
            _ => None,
        }
    }

    pub(super) fn has_surfaces(&self) -> bool {
        self.depth().is_some() || self.kind == "GeometryInstance"
    }

    /// Its level of detail; what has none stands as the highest there is.
    pub(super) fn level(&self) -> f64 {
        let told = match &self.lod {
            Json::String(text) => text.parse().ok(),
            Json::Number(number) => number.as_f64(),
            _ => None,
        };
        told.filter(|level: &f64| level.is_finite()).unwrap_or(9.0)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Semantics {
    #[serde(default)]
    pub(super) surfaces: Vec<Meaning>,
    #[serde(default)]
    pub(super) values: Json,
}

#[derive(Debug, Deserialize)]
pub(super) struct Meaning {
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// A theme's materials or textures: one for all, or one a surface.
#[derive(Debug, Deserialize)]
pub(super) struct Themed {
    #[serde(default)]
    pub(super) value: Option<usize>,
    #[serde(default)]
    pub(super) values: Json,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Appearance {
    #[serde(default)]
    pub(super) materials: Vec<Material>,
    #[serde(default)]
    pub(super) textures: Vec<Texture>,
    #[serde(default, rename = "vertices-texture")]
    pub(super) places: Vec<[f64; 2]>,
    #[serde(default, rename = "default-theme-material")]
    pub(super) theme_material: Option<String>,
    #[serde(default, rename = "default-theme-texture")]
    pub(super) theme_texture: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Material {
    #[serde(default, rename = "diffuseColor")]
    pub(super) diffuse: Option<[f32; 3]>,
    #[serde(default)]
    pub(super) transparency: Option<f32>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Texture {
    pub(super) image: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Templates {
    #[serde(default)]
    pub(super) templates: Vec<Geometry>,
    #[serde(default, rename = "vertices-templates")]
    pub(super) vertices: Vec<[f64; 3]>,
}
