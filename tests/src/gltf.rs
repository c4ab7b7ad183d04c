//! Binary glTF, read as a client reads it.

use serde_json::Value;

/// A glTF and its bytes.
#[derive(Debug)]
pub struct Gltf {
    /// The document.
    pub json: Value,
    bytes: Vec<u8>,
}

impl Gltf {
    /// Reads the container.
    #[track_caller]
    pub fn read(file: &[u8]) -> Self {
        assert_eq!(&file[..4], b"glTF");
        let number = |at: usize| {
            u32::from_le_bytes(file[at..at + 4].try_into().expect("four bytes")) as usize
        };
        assert_eq!((number(4), number(8)), (2, file.len()), "version and length");
        let json = &file[20..20 + number(12)];
        let rest = &file[20 + number(12)..];
        let bytes = if rest.is_empty() { Vec::new() } else { rest[8..].to_vec() };
        Self { json: serde_json::from_slice(json).expect("the first chunk is JSON"), bytes }
    }

    fn view(&self, number: &Value) -> &[u8] {
        let view = &self.json["bufferViews"][number.as_u64().expect("a number of a view") as usize];
        let (at, length) = (view["byteOffset"].as_u64(), view["byteLength"].as_u64());
        let (at, length) = (at.expect("an offset") as usize, length.expect("a length") as usize);
        &self.bytes[at..at + length]
    }

    fn attribute(&self, name: &str) -> &[u8] {
        let number = &self.json["meshes"][0]["primitives"][0]["attributes"][name];
        let accessor = &self.json["accessors"][number.as_u64().expect("an attribute") as usize];
        self.view(&accessor["bufferView"])
    }

    /// The corners: x east, y up, z south.
    pub fn positions(&self) -> Vec<[f32; 3]> {
        let bytes = self.attribute("POSITION").chunks_exact(12);
        let number = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().expect("four bytes"));
        bytes.map(|at| [number(&at[..4]), number(&at[4..8]), number(&at[8..])]).collect()
    }

    /// The row of the feature that each corner belongs to.
    pub fn features(&self) -> Vec<u16> {
        let bytes = self.attribute("_FEATURE_ID_0").chunks_exact(4);
        bytes.map(|id| u16::from_le_bytes([id[0], id[1]])).collect()
    }

    fn table(&self) -> &Value {
        &self.json["extensions"]["EXT_structural_metadata"]["propertyTables"][0]
    }

    /// How many rows the property table has.
    pub fn rows(&self) -> usize {
        self.table()["count"].as_u64().expect("a count") as usize
    }

    /// A column of texts; none where it is left out.
    pub fn texts(&self, name: &str) -> Option<Vec<String>> {
        let property = self.table()["properties"].get(name)?;
        let (values, offsets) =
            (self.view(&property["values"]), self.view(&property["stringOffsets"]));
        let ends: Vec<usize> = offsets
            .chunks_exact(4)
            .map(|at| u32::from_le_bytes(at.try_into().expect("four bytes")) as usize)
            .collect();
        let text = |pair: &[usize]| String::from_utf8(values[pair[0]..pair[1]].to_vec());
        Some(ends.windows(2).map(|pair| text(pair).expect("UTF-8")).collect())
    }

    /// A column of numbers; none where it is left out.
    pub fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        let property = self.table()["properties"].get(name)?;
        let bytes = self.view(&property["values"]).chunks_exact(8);
        Some(bytes.map(|at| f64::from_le_bytes(at.try_into().expect("eight bytes"))).collect())
    }
}
