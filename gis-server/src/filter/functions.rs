//! The functions that filters may call: a closed list, told at `/functions`.

use city::Title;

use super::{
    bind::{Binder, wrong_kind},
    kind::Kind,
    truth::{Any, List, Moments, Number, Text, Truth},
};
use crate::cql2::{Cql2Error, Node, Place};

/// A function.
#[derive(Debug)]
pub struct Function {
    /// Its name; case makes no difference.
    pub name: &'static str,
    /// What it takes, in order.
    pub arguments: &'static [Argument],
    /// Whether the last argument may stand several times.
    pub repeats: bool,
    /// What it gives; several where that is what it is given.
    pub returns: &'static [Kind],
    vi: &'static str,
    en: &'static str,
    what: What,
}

/// An argument of a function.
#[derive(Debug)]
pub struct Argument {
    /// What it is called.
    pub name: &'static str,
    /// What it may be.
    pub kinds: &'static [Kind],
}

impl Function {
    /// What it does, for people.
    pub fn title(&self) -> Title {
        Title::new(self.vi, self.en)
    }
}

#[derive(Debug, Clone, Copy)]
enum What {
    Abs,
    Area,
    Ceil,
    Centroid,
    CharLength,
    Coalesce,
    Concat,
    Day,
    Distance,
    Dwithin,
    Envelope,
    Floor,
    GeometryType,
    Length,
    Lower,
    Max,
    Min,
    Month,
    Round,
    Split,
    Sqrt,
    Trim,
    Upper,
    Year,
}

const NUMBER: &[Kind] = &[Kind::Number];
const TEXT: &[Kind] = &[Kind::Text];
const GEOMETRY: &[Kind] = &[Kind::Geometry];
const MOMENT: &[Kind] = &[Kind::Date, Kind::Timestamp];
const SCALAR: &[Kind] = &[Kind::Text, Kind::Number, Kind::Date, Kind::Timestamp];

const fn argument(name: &'static str, kinds: &'static [Kind]) -> Argument {
    Argument { name, kinds }
}

const fn function(
    name: &'static str,
    arguments: &'static [Argument],
    returns: &'static [Kind],
    (vi, en): (&'static str, &'static str),
    what: What,
) -> Function {
    Function { name, arguments, repeats: false, returns, vi, en, what }
}

const fn repeating(function: Function) -> Function {
    Function { repeats: true, ..function }
}

const ONE_NUMBER: &[Argument] = &[argument("number", NUMBER)];
const NUMBERS: &[Argument] = &[argument("number", NUMBER), argument("more", NUMBER)];
const ONE_TEXT: &[Argument] = &[argument("text", TEXT)];
const ONE_MOMENT: &[Argument] = &[argument("time", MOMENT)];
const ONE_GEOMETRY: &[Argument] = &[argument("geometry", GEOMETRY)];

/// Every function, by name.
pub static FUNCTIONS: &[Function] = &[
    function("abs", ONE_NUMBER, NUMBER, ("Giá trị tuyệt đối.", "The absolute value."), What::Abs),
    function(
        "area",
        ONE_GEOMETRY,
        NUMBER,
        ("Diện tích trên ellipsoid WGS 84, m².", "The area on the ellipsoid of WGS 84, m²."),
        What::Area,
    ),
    function("ceil", ONE_NUMBER, NUMBER, ("Làm tròn lên.", "The number rounded up."), What::Ceil),
    function("centroid", ONE_GEOMETRY, GEOMETRY, ("Trọng tâm.", "The centroid."), What::Centroid),
    function(
        "char_length",
        ONE_TEXT,
        NUMBER,
        ("Số ký tự.", "How many characters there are."),
        What::CharLength,
    ),
    repeating(function(
        "coalesce",
        &[argument("value", SCALAR), argument("otherwise", SCALAR)],
        SCALAR,
        (
            "Giá trị đầu tiên không trống; mọi đối số cùng kiểu.",
            "The first value that is there; all arguments are of one type.",
        ),
        What::Coalesce,
    )),
    repeating(function(
        "concat",
        &[argument("text", TEXT), argument("more", TEXT)],
        TEXT,
        ("Các văn bản nối lại.", "The texts joined."),
        What::Concat,
    )),
    function(
        "day",
        ONE_MOMENT,
        NUMBER,
        ("Ngày trong tháng, theo giờ UTC+7.", "The day of the month, in UTC+7."),
        What::Day,
    ),
    function(
        "distance",
        &[argument("from", GEOMETRY), argument("to", GEOMETRY)],
        NUMBER,
        (
            "Khoảng cách ngắn nhất, m, trên mặt phẳng tiếp xúc ở giữa hai hình.",
            "The shortest distance, m, on the plane that touches the ellipsoid between the two.",
        ),
        What::Distance,
    ),
    function(
        "dwithin",
        &[argument("from", GEOMETRY), argument("to", GEOMETRY), argument("metres", NUMBER)],
        &[Kind::Boolean],
        (
            "Hai hình cách nhau không quá số mét này; dùng chỉ mục.",
            "Whether two geometries are no further apart than so many metres; uses the index.",
        ),
        What::Dwithin,
    ),
    function(
        "envelope",
        ONE_GEOMETRY,
        GEOMETRY,
        ("Hộp bao theo kinh độ, vĩ độ.", "The box around it in longitude and latitude."),
        What::Envelope,
    ),
    function(
        "floor",
        ONE_NUMBER,
        NUMBER,
        ("Làm tròn xuống.", "The number rounded down."),
        What::Floor,
    ),
    function(
        "geometryType",
        ONE_GEOMETRY,
        TEXT,
        ("Loại hình học như GeoJSON ghi.", "The geometry's type as GeoJSON names it."),
        What::GeometryType,
    ),
    function(
        "length",
        ONE_GEOMETRY,
        NUMBER,
        (
            "Chiều dài, của đa giác là chu vi, trên ellipsoid WGS 84, m.",
            "The length, of a polygon the perimeter, on the ellipsoid of WGS 84, m.",
        ),
        What::Length,
    ),
    function(
        "lower",
        ONE_TEXT,
        TEXT,
        ("Văn bản viết thường.", "The text in lower case."),
        What::Lower,
    ),
    repeating(function(
        "max",
        NUMBERS,
        NUMBER,
        ("Số lớn nhất.", "The greatest number."),
        What::Max,
    )),
    repeating(function("min", NUMBERS, NUMBER, ("Số nhỏ nhất.", "The least number."), What::Min)),
    function(
        "month",
        ONE_MOMENT,
        NUMBER,
        ("Tháng, 1 đến 12, theo giờ UTC+7.", "The month, 1 to 12, in UTC+7."),
        What::Month,
    ),
    function(
        "round",
        ONE_NUMBER,
        NUMBER,
        (
            "Làm tròn đến số nguyên gần nhất, nửa thì ra xa số không.",
            "The nearest whole number, halves away from zero.",
        ),
        What::Round,
    ),
    function(
        "split",
        &[argument("text", TEXT), argument("separator", TEXT)],
        &[Kind::Array],
        (
            "Văn bản tách thành mảng tại dấu phân cách; khoảng trắng ở hai đầu mỗi phần được bỏ.",
            "A text cut into an array at a separator; white space around each part is left out.",
        ),
        What::Split,
    ),
    function("sqrt", ONE_NUMBER, NUMBER, ("Căn bậc hai.", "The square root."), What::Sqrt),
    function(
        "trim",
        ONE_TEXT,
        TEXT,
        ("Văn bản bỏ khoảng trắng ở hai đầu.", "The text without white space around it."),
        What::Trim,
    ),
    function(
        "upper",
        ONE_TEXT,
        TEXT,
        ("Văn bản viết hoa.", "The text in upper case."),
        What::Upper,
    ),
    function(
        "year",
        ONE_MOMENT,
        NUMBER,
        ("Năm, theo giờ UTC+7.", "The year, in UTC+7."),
        What::Year,
    ),
];

/// A call with its arguments resolved.
pub(super) fn bind(
    binder: &Binder<'_>,
    name: &str,
    args: &[Node],
    place: &Place,
) -> Result<Any, Cql2Error> {
    let found = FUNCTIONS.iter().find(|function| function.name.eq_ignore_ascii_case(name));
    let function = found.ok_or_else(|| unknown(name, place))?;
    let wanted = function.arguments.len();
    if args.len() < wanted || (args.len() > wanted && !function.repeats) {
        return Err(wrong_count(function, args.len(), place));
    }
    let number = |at: usize| binder.number(&args[at]).map(Box::new);
    let text = |at: usize| binder.text(&args[at]).map(Box::new);
    let moment = |at: usize| binder.moment(&args[at]).map(Box::new);
    let shape = |at: usize| binder.shape(&args[at]);
    let numbers = || args.iter().map(|arg| binder.number(arg)).collect::<Result<Vec<_>, _>>();
    Ok(match function.what {
        What::Abs => Any::Number(Number::Abs(number(0)?)),
        What::Ceil => Any::Number(Number::Ceil(number(0)?)),
        What::Floor => Any::Number(Number::Floor(number(0)?)),
        What::Round => Any::Number(Number::Round(number(0)?)),
        What::Sqrt => Any::Number(Number::Sqrt(number(0)?)),
        What::Max => Any::Number(Number::Max(numbers()?)),
        What::Min => Any::Number(Number::Min(numbers()?)),
        What::CharLength => Any::Number(Number::CharLength(text(0)?)),
        What::Year => Any::Number(Number::Year(moment(0)?)),
        What::Month => Any::Number(Number::Month(moment(0)?)),
        What::Day => Any::Number(Number::Day(moment(0)?)),
        What::Area => Any::Number(Number::Area(Box::new(shape(0)?))),
        What::Length => Any::Number(Number::Length(Box::new(shape(0)?))),
        What::Distance => Any::Number(Number::Distance(Box::new([shape(0)?, shape(1)?]))),
        What::Dwithin => Any::Truth(Truth::Near(Box::new([shape(0)?, shape(1)?]), number(2)?)),
        What::Lower => Any::Text(Text::Lower(text(0)?)),
        What::Upper => Any::Text(Text::Upper(text(0)?)),
        What::Trim => Any::Text(Text::Trim(text(0)?)),
        What::Concat => Any::Text(Text::Concat(
            args.iter().map(|arg| binder.text(arg)).collect::<Result<_, _>>()?,
        )),
        What::GeometryType => Any::Text(Text::GeometryType(Box::new(shape(0)?))),
        What::Centroid => Any::Shape(super::truth::Shape::Centroid(Box::new(shape(0)?))),
        What::Envelope => Any::Shape(super::truth::Shape::Envelope(Box::new(shape(0)?))),
        What::Split => Any::List(List::Split(Box::new([*text(0)?, *text(1)?]))),
        What::Coalesce => coalesce(binder, args)?,
    })
}

fn coalesce(binder: &Binder<'_>, args: &[Node]) -> Result<Any, Cql2Error> {
    let all = args.iter().map(|arg| binder.any(arg)).collect::<Result<Vec<_>, _>>()?;
    let kind = all[0].kind();
    if !SCALAR.contains(&kind) {
        return Err(wrong_kind(&args[0], SCALAR, kind));
    }
    if let Some((node, other)) = args.iter().zip(&all).find(|(_, any)| any.kind() != kind) {
        return Err(wrong_kind(node, &[kind], other.kind()));
    }
    let (mut numbers, mut texts, mut moments): (Vec<Number>, Vec<Text>, Vec<Moments>) =
        Default::default();
    for any in all {
        match any {
            Any::Number(number) => numbers.push(number),
            Any::Text(text) => texts.push(text),
            Any::Moment(moment, _) => moments.push(moment),
            Any::Truth(_) | Any::Interval(_) | Any::Shape(_) | Any::List(_) => {}
        }
    }
    Ok(match kind {
        Kind::Number => Any::Number(Number::Coalesce(numbers)),
        Kind::Text => Any::Text(Text::Coalesce(texts)),
        _ => Any::Moment(Moments::Coalesce(moments), kind),
    })
}

fn unknown(name: &str, place: &Place) -> Cql2Error {
    let name: String = name.chars().take(60).collect();
    let names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    let names = names.join(", ");
    Cql2Error::new(
        place.clone(),
        format!("không có hàm '{name}'; các hàm, xem /functions: {names}"),
        format!("there is no function '{name}'; the functions, see /functions: {names}"),
    )
}

fn wrong_count(function: &Function, got: usize, place: &Place) -> Cql2Error {
    let names: Vec<&str> = function.arguments.iter().map(|argument| argument.name).collect();
    let dots = if function.repeats { ", …" } else { "" };
    let call = format!("{}({}{dots})", function.name, names.join(", "));
    Cql2Error::new(
        place.clone(),
        format!("hàm này viết là {call}; ở đây có {got} đối số"),
        format!("this function is written {call}; here are {got} arguments"),
    )
}
