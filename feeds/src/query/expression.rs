//! Filters and orders as typed trees.

use std::fmt;

use super::{
    function::{Function, Type},
    literal::Literal,
};
use crate::model::{EntityKind, Navigation};

/// An expression over an entity. Every name in it is there, and every operand of a type that its
/// operator takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A value.
    Literal(Literal),
    /// A property, of the entity or of one that is related to it.
    Property(PropertyPath),
    /// A function of values.
    Call(Function, Vec<Self>),
    /// Two values and an operator between them.
    Operation(Operator, Box<[Self; 2]>),
    /// The contrary.
    Not(Box<Self>),
    /// The number on the other side of zero.
    Negate(Box<Self>),
}

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named as the standard names it")]
pub enum Operator {
    Or,
    And,
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
}

impl Operator {
    /// Every operator.
    pub const ALL: [Self; 13] = [
        Self::Or,
        Self::And,
        Self::Eq,
        Self::Ne,
        Self::Gt,
        Self::Ge,
        Self::Lt,
        Self::Le,
        Self::Add,
        Self::Sub,
        Self::Mul,
        Self::Div,
        Self::Mod,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
            Self::Add => "add",
            Self::Sub => "sub",
            Self::Mul => "mul",
            Self::Div => "div",
            Self::Mod => "mod",
        }
    }

    /// The operator with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }

    /// How tightly it binds: operators of a higher rank go first (OData 4.01, part 2, 5.1.1.16).
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Or => 0,
            Self::And => 1,
            Self::Eq | Self::Ne => 2,
            Self::Gt | Self::Ge | Self::Lt | Self::Le => 3,
            Self::Add | Self::Sub => 4,
            Self::Mul | Self::Div | Self::Mod => 5,
        }
    }

    /// What it gives of two types; `None` when it takes no such two.
    fn gives(self, left: Type, right: Type) -> Option<Type> {
        let fit = |wanted| left.fits(wanted) && right.fits(wanted);
        let are_alike = left.fits(right) || right.fits(left);
        match self {
            Self::Or | Self::And => fit(Type::Truth).then_some(Type::Truth),
            Self::Eq | Self::Ne => are_alike.then_some(Type::Truth),
            Self::Gt | Self::Ge | Self::Lt | Self::Le => {
                (are_alike && left.is_ordered() && right.is_ordered()).then_some(Type::Truth)
            }
            Self::Add | Self::Sub => match (left, right) {
                (Type::Instant, Type::Duration) => Some(Type::Instant),
                (Type::Date, Type::Duration) => Some(Type::Date),
                (Type::Duration, Type::Duration) => Some(Type::Duration),
                (Type::Instant, Type::Instant) if self == Self::Sub => Some(Type::Duration),
                _ => fit(Type::Number).then_some(Type::Number),
            },
            Self::Mul | Self::Div | Self::Mod => fit(Type::Number).then_some(Type::Number),
        }
    }
}

/// The way to a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyPath {
    /// Along these; a way to several asks whether any of them fits.
    pub ways: Vec<Navigation>,
    /// To this property.
    pub property: Property,
    /// And further into it, where it is JSON.
    pub keys: Vec<String>,
}

/// A property of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    /// Its identifier.
    Id,
    /// One that has a name.
    Named(&'static str),
}

impl Property {
    /// The property of a kind with a name.
    pub(super) fn of(kind: EntityKind, name: &str) -> Option<Self> {
        if matches!(name, "id" | "@iot.id") {
            return Some(Self::Id);
        }
        kind.properties().iter().find(|known| **known == name).map(|name| Self::Named(name))
    }

    /// The type of its values.
    pub fn type_of(self) -> Type {
        match self {
            Self::Id => Type::Number,
            Self::Named(
                "name" | "description" | "definition" | "encodingType" | "observationType",
            ) => Type::Text,
            Self::Named("time" | "phenomenonTime" | "resultTime" | "validTime") => Type::Instant,
            Self::Named("location" | "feature" | "observedArea") => Type::Geometry,
            Self::Named(_) => Type::Json,
        }
    }
}

impl PropertyPath {
    /// The type of what stands there.
    pub fn type_of(&self) -> Type {
        if self.keys.is_empty() { self.property.type_of() } else { Type::Json }
    }
}

impl Expression {
    /// Its type.
    pub fn type_of(&self) -> Type {
        match self {
            Self::Literal(literal) => literal.type_of(),
            Self::Property(path) => path.type_of(),
            Self::Call(function, _) => function.gives(),
            Self::Operation(operator, operands) => {
                let [left, right] = operands.as_ref();
                operator.gives(left.type_of(), right.type_of()).unwrap_or(Type::Json)
            }
            Self::Not(_) => Type::Truth,
            Self::Negate(_) => Type::Number,
        }
    }

    /// Two values with an operator between them.
    ///
    /// # Errors
    /// The operator takes no such two; what it takes.
    pub fn operation(operator: Operator, left: Self, right: Self) -> Result<Self, String> {
        let (a, b) = (left.type_of(), right.type_of());
        match operator.gives(a, b) {
            Some(_) => Ok(Self::Operation(operator, Box::new([left, right]))),
            None if [a, b].contains(&Type::Instant) && [a, b].contains(&Type::Text) => {
                Err("an instant is written without quotes, as 2026-11-21T05:00:00Z".to_owned())
            }
            None => Err(format!("{:?} does not take {a} and {b}", operator.name())),
        }
    }

    /// A function of values.
    ///
    /// # Errors
    /// The function does not take them; what it takes.
    pub fn call(function: Function, arguments: Vec<Self>) -> Result<Self, String> {
        let takes = function.takes();
        let fits = |(argument, wanted): (&Self, &Type)| argument.type_of().fits(*wanted);
        if function.takes_count(arguments.len()) && arguments.iter().zip(takes).all(fits) {
            return Ok(Self::Call(function, arguments));
        }
        let takes: Vec<_> = takes.iter().map(ToString::to_string).collect();
        Err(format!("{} takes ({}), not this", function.name(), takes.join(", ")))
    }

    /// The contrary of a truth.
    ///
    /// # Errors
    /// It is none.
    pub fn negation(truth: Self) -> Result<Self, String> {
        match truth.type_of() {
            it if it.fits(Type::Truth) => Ok(Self::Not(truth.into())),
            it => Err(format!("\"not\" does not take {it}")),
        }
    }

    /// A number with its sign changed.
    ///
    /// # Errors
    /// It is none.
    pub fn negative(number: Self) -> Result<Self, String> {
        match number {
            Self::Literal(Literal::Integer(whole)) => {
                Ok(Self::Literal(Literal::Integer(whole.saturating_neg())))
            }
            Self::Literal(Literal::Double(number)) => Ok(Self::Literal(Literal::Double(-number))),
            it if it.type_of().fits(Type::Number) => Ok(Self::Negate(it.into())),
            it => Err(format!("\"-\" does not take {}", it.type_of())),
        }
    }
}

impl fmt::Display for Expression {
    /// As a filter that is read as the same tree: every operation but the outermost stands in
    /// parentheses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(literal) => literal.fmt(f),
            Self::Property(path) => path.fmt(f),
            Self::Call(function, arguments) => {
                write!(f, "{}(", function.name())?;
                for (number, argument) in arguments.iter().enumerate() {
                    write!(f, "{}{argument}", if number == 0 { "" } else { "," })?;
                }
                f.write_str(")")
            }
            Self::Operation(operator, operands) => {
                let [left, right] = operands.as_ref();
                write!(f, "{} {} {}", Operand(left), operator.name(), Operand(right))
            }
            Self::Not(truth) => write!(f, "not {}", Operand(truth)),
            Self::Negate(number) => write!(f, "-{}", Operand(number)),
        }
    }
}

/// An expression that stands beside an operator.
struct Operand<'a>(&'a Expression);

impl fmt::Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Expression::Operation(..) | Expression::Not(_) | Expression::Negate(_) => {
                write!(f, "({})", self.0)
            }
            plain => plain.fmt(f),
        }
    }
}

impl fmt::Display for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for way in &self.ways {
            write!(f, "{}/", way.name)?;
        }
        f.write_str(match self.property {
            Property::Id => "id",
            Property::Named(name) => name,
        })?;
        self.keys.iter().try_for_each(|key| write!(f, "/{key}"))
    }
}
