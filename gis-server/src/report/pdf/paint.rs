//! Marks on pages into PDF objects, by krilla.

use std::num::NonZeroU16;

use krilla::{
    Document as Pdf, SerializeSettings,
    destination::XyzDestination,
    geom::{PathBuilder, Point, Size, Transform},
    image::Image,
    metadata::{DateTime, Metadata},
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, Stroke},
    surface::Surface,
    tagging::{
        Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, Node, SpanTag,
        TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
    },
    text::{GlyphId, KrillaGlyph},
};

use super::{
    flow::{Flow, Signpost},
    fonts::Fonts,
    page::{Ink, Mark, Page, PartId, Parts, Role},
    text::{Letter, Piece},
};
use crate::report::{
    document::{Document, Figure},
    error::Error,
    layout,
};

/// Width of lines, in points.
const RULE: f32 = 0.6;
/// The document's language, by BCP 47.
const LANGUAGE: &str = "vi";

/// Writes laid-out pages as a PDF file.
pub(super) fn paint(
    flow: Flow<'_>,
    document: &Document,
    figures: &[&Figure],
) -> Result<Vec<u8>, Error> {
    let images = figures.iter().map(|figure| image(figure)).collect::<Result<Vec<_>, _>>()?;
    let Flow { fonts, pages, parts, signposts, .. } = flow;
    let settings = SerializeSettings { enable_tagging: true, ..SerializeSettings::default() };
    let mut pdf = Pdf::new_with(settings);
    let mut drawn = vec![Vec::new(); parts.all.len()];
    for page in &pages {
        let settings = PageSettings::from_wh(page.width, page.height)
            .ok_or_else(|| Error::Pdf("a page has no size".to_owned()))?;
        let mut sheet = pdf.start_page_with(settings);
        let mut surface = sheet.surface();
        draw_page(&mut surface, page, fonts, &images, &mut drawn);
        surface.finish();
        sheet.finish();
    }
    pdf.set_tag_tree(tags(&parts, drawn));
    pdf.set_outline(outline(&signposts));
    pdf.set_metadata(metadata(document));
    pdf.finish().map_err(|error| Error::Pdf(error.to_string()))
}

fn image(figure: &Figure) -> Result<Image, Error> {
    Image::from_png(figure.png.clone().into(), true)
        .map_err(|reason| Error::Pdf(format!("figure \"{}\": {reason}", figure.caption.vi)))
}

/// Draws a page's marks; those of one part that follow each other become one piece of it.
fn draw_page(
    surface: &mut Surface<'_>,
    page: &Page,
    fonts: &Fonts,
    images: &[Image],
    drawn: &mut [Vec<Identifier>],
) {
    surface.set_fill(Some(Fill::default()));
    for marks in page.marks.chunk_by(|one, next| one.part == next.part) {
        let part = marks.first().and_then(|mark| mark.part);
        let tag = match part {
            Some(_) if marks.iter().all(|mark| matches!(mark.ink, Ink::Text { .. })) => {
                ContentTag::Span(SpanTag::empty())
            }
            Some(_) => ContentTag::Other,
            None => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
        };
        let piece = surface.start_tagged(tag);
        for mark in marks {
            draw_mark(surface, mark, fonts, images);
        }
        surface.end_tagged();
        if let Some(PartId(part)) = part {
            drawn[part].push(piece);
        }
    }
}

fn draw_mark(surface: &mut Surface<'_>, mark: &Mark, fonts: &Fonts, images: &[Image]) {
    match &mark.ink {
        Ink::Text { x, baseline, line } => {
            let mut x = *x;
            for (index, piece) in line.pieces.iter().enumerate() {
                let is_end = index + 1 == line.pieces.len();
                let blank = line.blank.filter(|_| is_end);
                draw_piece(surface, piece, blank, (x, *baseline), fonts);
                x += piece.width();
            }
        }
        Ink::Rule { from, to } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            if let Some(path) = path.finish() {
                surface.set_fill(None);
                surface.set_stroke(Some(Stroke { width: RULE, ..Stroke::default() }));
                surface.draw_path(&path);
                surface.set_stroke(None);
                surface.set_fill(Some(Fill::default()));
            }
        }
        Ink::Picture { x, y, width, height, figure } => {
            let (Some(image), Some(size)) = (images.get(*figure), Size::from_wh(*width, *height))
            else {
                return;
            };
            surface.push_transform(&Transform::from_translate(*x, *y));
            surface.draw_image(image.clone(), size);
            surface.pop();
        }
    }
}

/// The characters that stand for letters in the file: faces write all blanks with one glyph, which
/// has one meaning.
fn meaning(letter: &Letter) -> char {
    if letter.char == '\u{a0}' { ' ' } else { letter.char }
}

fn draw_piece(
    surface: &mut Surface<'_>,
    piece: &Piece,
    blank: Option<Letter>,
    at: (f32, f32),
    fonts: &Fonts,
) {
    let letters = || piece.letters.iter().chain(&blank);
    let text: String = letters().map(meaning).collect();
    let mut start = 0;
    let glyphs: Vec<_> = letters()
        .map(|letter| {
            let end = start + meaning(letter).len_utf8();
            let glyph = KrillaGlyph {
                glyph_id: GlyphId::new(letter.glyph),
                text_range: start..end,
                x_advance: letter.advance / piece.size,
                x_offset: 0.0,
                y_offset: 0.0,
                y_advance: 0.0,
                location: None,
            };
            start = end;
            glyph
        })
        .collect();
    let font = fonts.face(piece.look).font.clone();
    surface.draw_glyphs(Point::from_xy(at.0, at.1), &glyphs, font, &text, piece.size, false);
}

/// The tree of parts, each with what was drawn for it.
fn tags(parts: &Parts, drawn: Vec<Vec<Identifier>>) -> TagTree {
    let mut groups: Vec<_> = parts
        .all
        .iter()
        .zip(drawn)
        .map(|((role, _), pieces)| {
            let mut group = TagGroup::new(tag(role));
            pieces.into_iter().for_each(|piece| group.push(piece));
            group
        })
        .collect();
    let mut tree = TagTree::new().with_lang(Some(LANGUAGE.to_owned()));
    // From the last on, so that a group is whole when it joins its holder; what joins from behind
    // is put in front of the holder's later children.
    let mut roots = Vec::new();
    while let Some(group) = groups.pop() {
        match parts.all[groups.len()].1 {
            Some(PartId(holder)) => {
                let own = groups[holder].children.iter();
                let own = own.take_while(|child| matches!(child, Node::Leaf(_))).count();
                groups[holder].children.insert(own, group.into());
            }
            None => roots.push(group),
        }
    }
    roots.into_iter().rev().for_each(|group| tree.push(group));
    tree
}

fn tag(role: &Role) -> TagKind {
    match role {
        Role::Heading { level, text } => {
            let level = NonZeroU16::new(u16::from(*level)).unwrap_or(NonZeroU16::MIN);
            Tag::Hn(level, Some(text.clone())).into()
        }
        Role::Paragraph => Tag::P.into(),
        Role::English => Tag::P.with_lang(Some("en".to_owned())).into(),
        Role::List { numbered: true } => Tag::L(ListNumbering::Decimal).into(),
        Role::List { numbered: false } => Tag::L(ListNumbering::None).into(),
        Role::Item => Tag::LI.into(),
        Role::Table => Tag::Table.into(),
        Role::Row => Tag::TR.into(),
        Role::Head => Tag::TH(TableHeaderScope::Column).into(),
        Role::Cell => Tag::TD.into(),
        Role::Figure { text } => Tag::Figure(Some(text.clone())).into(),
        Role::Caption => Tag::Caption.into(),
    }
}

/// Headings by their levels, each under the last one of a higher level.
fn outline(signposts: &[Signpost]) -> Outline {
    let mut outline = Outline::new();
    let mut rest = signposts;
    while let Some((first, after)) = rest.split_first() {
        let under = after.iter().take_while(|post| post.level > first.level).count();
        outline.push_child(node(first, &after[..under]));
        rest = &after[under..];
    }
    outline
}

fn node(post: &Signpost, under: &[Signpost]) -> OutlineNode {
    let target = XyzDestination::new(post.page, Point::from_xy(0.0, post.y));
    let mut node = OutlineNode::new(post.text.clone(), target);
    let mut rest = under;
    while let Some((first, after)) = rest.split_first() {
        let under = after.iter().take_while(|next| next.level > first.level).count();
        node.push_child(self::node(first, &after[..under]));
        rest = &after[under..];
    }
    node
}

fn metadata(document: &Document) -> Metadata {
    let head = &document.letterhead;
    let mut metadata = Metadata::new()
        .title(layout::file_title(&document.kind, &document.title))
        .authors(vec![head.organ.clone()])
        .creator("Dothi".to_owned())
        .language(LANGUAGE.to_owned());
    if let Some(standing) = &document.standing {
        metadata = metadata.description(layout::standing(standing));
    }
    if let Some(date) = head.date
        && let Ok(year) = u16::try_from(date.year())
    {
        let day = DateTime::new(year).month(date.month().unsigned_abs());
        metadata = metadata.creation_date(day.day(date.day().unsigned_abs()));
    }
    metadata
}
