//! What people type.

use std::{path::PathBuf, str::FromStr};

use clap::{Args as ClapArgs, Parser, Subcommand};
use twin::{field::Worst, live::alone::Broker, models::Placement, words::Language};

/// A city in 3D: a window, stills and films.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// What is made instead of a window.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make one picture, without a display
    Render(Render),
    /// Make a time lapse: PNG pictures in a folder, or a video (.mp4, .webm, .mkv) by ffmpeg
    Film(Film),
    /// Say as JSON how a building or a lamp stands in the scene
    Describe(Describe),
    /// Say as JSON how long the sun shines on a feature over a day, face by face, and who takes it
    Shadows(Shadows),
    /// Say as JSON what is seen of the ground around a place
    Viewshed(Viewshed),
    /// Say as JSON how the ground runs along a line
    Profile(Profile),
    /// Say as JSON how long loading, a frame and a thousand changes take here
    Measure(Measure),
    /// Say as JSON how much is cut and filled between the ground and a level, a pad with slopes, or a second terrain
    Earthwork(Earthwork),
}

/// Where the city comes from.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Whence {
    /// A data folder
    #[arg(long, value_name = "DIR", conflicts_with = "server")]
    pub(crate) data: Option<PathBuf>,
    /// A running gis-server, such as http://127.0.0.1:8080
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// A file with the token of an operator, who sees the server's forecast and runs; else DOTHI_TOKEN
    #[arg(long, value_name = "FILE", requires = "server")]
    pub(crate) token_file: Option<PathBuf>,
}

/// What a twin that stands alone listens to.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(crate) struct Field {
    /// The field's own broker, which a twin of a data folder listens to; user and password by DOTHI_MQTT_USER and
    /// DOTHI_MQTT_PASSWORD
    #[arg(long, value_name = "mqtt://HOST[:PORT]", requires = "data")]
    pub(crate) mqtt: Option<Broker>,
    /// For mqtts://: certificates in PEM that the broker's is signed by
    #[arg(long, value_name = "FILE", requires = "mqtt")]
    pub(crate) mqtt_ca: Option<PathBuf>,
    /// Seconds of listening before a picture is made or something is said
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0, value_parser = seconds)]
    pub(crate) listen: f64,
}

/// What is shown.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Shown {
    #[command(flatten)]
    pub(crate) whence: Whence,
    #[command(flatten)]
    pub(crate) field: Field,
    /// A view (JSON: lon, lat, distance_m, heading_deg, pitch_deg, …); without one the city is framed
    #[arg(long, value_name = "FILE")]
    pub(crate) view: Option<PathBuf>,
    /// The time that is shown, by the province's clock (2026-11-22T18:30) or with its offset; without
    /// one it is now
    #[arg(long, value_name = "TIME")]
    pub(crate) time: Option<String>,
    /// A flood run of the data folder or of the server
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<String>,
    /// Measures (JSON: rain_mm_h, tide_m, sources, walls, pumps, …) whose flood is played, instead of a run
    #[arg(long, value_name = "FILE", conflicts_with = "run")]
    pub(crate) play: Option<PathBuf>,
    /// Another run, or a file of other measures (….json), right of the middle of the picture
    #[arg(long, value_name = "N|FILE")]
    pub(crate) versus: Option<String>,
    /// What the run came to, painted on the ground: max-depth, max-speed, arrival, duration-30cm, hazard
    #[arg(long, value_name = "OUTPUT", value_parser = worst)]
    pub(crate) worst: Option<Worst>,
    /// Hours since the run or the play began; without it a run is shown at its beginning and a play after an hour
    #[arg(long, value_name = "HOURS")]
    pub(crate) at: Option<f64>,
    /// The lux of the lamps that burn around the view, painted on the ground
    #[arg(long, conflicts_with = "worst")]
    pub(crate) lux: bool,
    /// A photometric file (IES, LM-63) for the lamps of a light distribution, or for all: --ies type-2=lamp.ies
    #[arg(long = "ies", value_name = "[CODE=]FILE")]
    pub(crate) luminaires: Vec<NamedLuminaire>,
    #[command(flatten)]
    pub(crate) standing: Standing,
    /// The language of what is written
    #[arg(long, value_enum, default_value_t = Language::Vi)]
    pub(crate) language: Language,
}

/// What stands in the city besides.
#[derive(Debug, Clone, Default, ClapArgs)]
pub(crate) struct Standing {
    /// A model: CityJSON, CityJSONSeq, glTF, GLB or 3D Tiles, a file or an address. It stands where its own coordinates
    /// say; one that has none, or is to stand elsewhere, where @ says: --model tower.glb@108.474,15.5736,,90
    #[arg(long = "model", value_name = "FILE[@LON,LAT[,UP_M[,HEADING_DEG[,SCALE]]]]")]
    pub(crate) models: Vec<Placed>,
    /// Buildings that are proposed (JSON, docs/twin.md): a file or an address
    #[arg(long, value_name = "FILE")]
    pub(crate) proposal: Option<String>,
}

/// One picture.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Render {
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Pixels
    #[arg(long, value_name = "WxH", default_value = "1280x720", value_parser = size)]
    pub(crate) size: (u32, u32),
    /// The PNG that is written
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// How fast it is here.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Measure {
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Pixels
    #[arg(long, value_name = "WxH", default_value = "1920x1080", value_parser = size)]
    pub(crate) size: (u32, u32),
    /// How many frames are timed
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) frames: u32,
}

/// One feature.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Describe {
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Its layer and its identifier, such as buildings/12
    #[arg(long, value_name = "LAYER/ID")]
    pub(crate) feature: String,
}

/// Many pictures.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Film {
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Pixels
    #[arg(long, value_name = "WxH", default_value = "1280x720", value_parser = size)]
    pub(crate) size: (u32, u32),
    /// How many pictures
    #[arg(long, default_value_t = 48, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) frames: u32,
    /// The time of the first picture
    #[arg(long, value_name = "TIME", requires = "to")]
    pub(crate) from: Option<String>,
    /// The time of the last picture
    #[arg(long, value_name = "TIME", requires = "from")]
    pub(crate) to: Option<String>,
    /// Hours of the run or the play at the last picture; the first is at --at
    #[arg(long, value_name = "HOURS")]
    pub(crate) hours: Option<f64>,
    /// A folder, or a video
    #[arg(long, value_name = "PATH")]
    pub(crate) out: PathBuf,
}

/// Hours of sun.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Shadows {
    #[command(flatten)]
    pub(crate) whence: Whence,
    #[command(flatten)]
    pub(crate) standing: Standing,
    /// Its layer and its identifier, such as buildings/12
    #[arg(long, value_name = "LAYER/ID")]
    pub(crate) feature: String,
    /// A day of the province's clock, such as 2026-12-22; without one, today
    #[arg(long, value_name = "DATE")]
    pub(crate) date: Option<String>,
    /// Minutes between looks at the sun
    #[arg(long, value_name = "MIN", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=60))]
    pub(crate) step: u32,
}

/// A look around.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Viewshed {
    #[command(flatten)]
    pub(crate) whence: Whence,
    #[command(flatten)]
    pub(crate) standing: Standing,
    /// Where one stands, in degrees; a third number is the height of the eye above ground or roof, m (1.6)
    #[arg(long, value_name = "LON,LAT[,HEIGHT]", allow_hyphen_values = true)]
    pub(crate) at: Place,
    /// How far one looks, m
    #[arg(long, value_name = "M", default_value_t = 300.0, value_parser = metres(1.0, 20_000.0))]
    pub(crate) radius: f64,
    /// How high above the ground that is which is looked at, m
    #[arg(long, value_name = "M", default_value_t = 0.0, value_parser = metres(0.0, 1_000.0))]
    pub(crate) target: f64,
    /// Side of a cell, m; without one, a hundredth of the radius
    #[arg(long, value_name = "M", value_parser = metres(0.1, 1_000.0))]
    pub(crate) cell: Option<f64>,
}

/// The ground along a line.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Profile {
    #[command(flatten)]
    pub(crate) whence: Whence,
    #[command(flatten)]
    pub(crate) standing: Standing,
    /// Places in degrees, two or more
    #[arg(long, value_name = "\"LON,LAT LON,LAT …\"", allow_hyphen_values = true)]
    pub(crate) line: Line,
    /// Metres between places that are told, at most; without it, a two-hundredth of the line
    #[arg(long, value_name = "M", value_parser = metres(0.1, 10_000.0))]
    pub(crate) step: Option<f64>,
}

/// Earth that is moved.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Earthwork {
    #[command(flatten)]
    pub(crate) whence: Whence,
    /// The corners of the ground in degrees, three or more
    #[arg(long, value_name = "\"LON,LAT LON,LAT LON,LAT …\"", allow_hyphen_values = true)]
    pub(crate) ring: Line,
    /// The level that the ground is brought to, m in the terrain's datum
    #[arg(long, value_name = "M", allow_hyphen_values = true, required_unless_present = "terrain")]
    pub(crate) level: Option<f64>,
    /// Side slopes around the level, metres out for one up or down; without them its sides are upright
    #[arg(long, value_name = "RUN", requires = "level", value_parser = metres(0.0, 50.0))]
    pub(crate) slope: Option<f64>,
    /// A second terrain in place of a level: a GeoTIFF of heights in the datum of the first
    #[arg(long, value_name = "FILE", conflicts_with = "level")]
    pub(crate) terrain: Option<PathBuf>,
}

/// A model that somebody named, and where it is to stand.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    pub(crate) source: String,
    pub(crate) placement: Option<Placement>,
}

impl FromStr for Placed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // A folder's name may have an @ in it; a place has none.
        let cut = text.rsplit_once('@').filter(|(_, place)| {
            place.chars().all(|it| it.is_ascii_digit() || ",.-+ ".contains(it))
                && place.contains(',')
        });
        match cut {
            Some((source, place)) => {
                Ok(Self { source: source.into(), placement: Some(place.parse()?) })
            }
            None => Ok(Self { source: text.into(), placement: None }),
        }
    }
}

/// A photometric file that somebody named, and for which lamps.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NamedLuminaire {
    pub(crate) code: Option<String>,
    pub(crate) file: PathBuf,
}

impl FromStr for NamedLuminaire {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_code = |it: &str| {
            !it.is_empty() && it.chars().all(|it| it.is_alphanumeric() || "-_.".contains(it))
        };
        let (code, file) = match text.split_once('=') {
            Some((code, file)) if is_code(code) => (Some(code.to_owned()), file),
            _ => (None, text),
        };
        if file.is_empty() {
            return Err("name a file: --ies lamp.ies, or --ies type-2=lamp.ies".into());
        }
        Ok(Self { code, file: file.into() })
    }
}

/// A place that somebody typed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) lon: f64,
    pub(crate) lat: f64,
    /// Above what is there, m.
    pub(crate) up_m: Option<f64>,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "'{text}' is no place: write longitude,latitude in degrees, such as 108.474,15.5736"
            )
        };
        let numbers: Result<Vec<f64>, _> = text.split(',').map(|it| it.trim().parse()).collect();
        let numbers = numbers.map_err(|_| wrong())?;
        let (lon, lat, up_m) = match numbers[..] {
            [lon, lat] => (lon, lat, None),
            [lon, lat, up_m] => (lon, lat, Some(up_m)),
            _ => return Err(wrong()),
        };
        let is_sound = lon.abs() <= 180.0 && lat.abs() <= 90.0;
        let stands = up_m.is_none_or(|up_m| (0.0..=2_000.0).contains(&up_m));
        match (is_sound, stands) {
            (true, true) => Ok(Self { lon, lat, up_m }),
            (false, _) => Err(wrong()),
            (true, false) => Err("the height of the eye is from 0 to 2000 m".into()),
        }
    }
}

/// Places that somebody typed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line(pub(crate) Vec<Place>);

impl FromStr for Line {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let places: Result<Vec<Place>, String> = text.split_whitespace().map(str::parse).collect();
        let places = places?;
        match places.len() {
            2.. => Ok(Self(places)),
            _ => Err("a line has two places or more: \"lon,lat lon,lat\"".into()),
        }
    }
}

/// What a run came to, by its name.
fn worst(text: &str) -> Result<Worst, String> {
    Worst::from_name(text)
        .ok_or_else(|| format!("write one of {}", Worst::ALL.map(Worst::name).join(", ")))
}

/// Seconds, up to an hour.
fn seconds(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|seconds| (0.0..=3600.0).contains(seconds));
    number.ok_or_else(|| "write seconds from 0 to 3600".to_owned())
}

/// A number of metres within bounds.
fn metres(low: f64, high: f64) -> impl Fn(&str) -> Result<f64, String> + Clone + Send + Sync {
    move |text| {
        let number = text.parse().ok().filter(|metres| (low..=high).contains(metres));
        number.ok_or_else(|| format!("write metres from {low} to {high}"))
    }
}

/// Width and height of a picture: 16 to 8192 pixels.
fn size(text: &str) -> Result<(u32, u32), String> {
    let parts = text.split_once(['x', 'X', '×']);
    let parsed = parts.and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    parsed
        .filter(|(w, h)| (16..=8192).contains(w) && (16..=8192).contains(h))
        .ok_or_else(|| "write the size as 1280x720, each side from 16 to 8192".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_lines_are_read_and_others_are_told_of() {
        let place: Place = "108.474, 15.5736,12".parse().unwrap();
        assert_eq!((place.lon, place.lat, place.up_m), (108.474, 15.5736, Some(12.0)));
        for wrong in ["", "108", "a,b", "108,95", "NaN,1", "1,2,-3", "1,2,3,4"] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
        let line: Line = "108,15  108.1,15".parse().unwrap();
        assert_eq!(line.0.len(), 2);
        assert!("108,15".parse::<Line>().is_err());
    }

    #[test]
    fn a_model_is_named_with_its_place_or_without() {
        let placed: Placed = "a@b/toa.glb@108.474,15.5736,,90".parse().unwrap();
        assert_eq!(placed.source, "a@b/toa.glb");
        assert_eq!(placed.placement.map(|it| it.heading_deg), Some(90.0));
        let bare: Placed = "a@b/nha.city.json".parse().unwrap();
        assert_eq!((bare.source.as_str(), bare.placement), ("a@b/nha.city.json", None));
        assert!("toa.glb@108,95".parse::<Placed>().is_err());
    }

    #[test]
    fn a_photometric_file_is_named_for_some_lamps_or_for_all() {
        let named: NamedLuminaire = "type-2=den/a=b.ies".parse().unwrap();
        assert_eq!(
            (named.code.as_deref(), named.file.to_str()),
            (Some("type-2"), Some("den/a=b.ies"))
        );
        let all: NamedLuminaire = "den/a=b.ies".parse().unwrap();
        assert_eq!((all.code, all.file.to_str()), (None, Some("den/a=b.ies")));
        assert!("type-2=".parse::<NamedLuminaire>().is_err());
    }

    #[test]
    fn the_arguments_hold_together() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
