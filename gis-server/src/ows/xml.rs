//! XML documents, written from the outside in; text is escaped by `quick-xml`.

use std::fmt::Display;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

/// A document that is being written.
///
/// Writing into memory does not fail, so that nothing here does.
pub struct Xml(Writer<Vec<u8>>);

impl Xml {
    /// A document that begins with its declaration.
    ///
    /// ```
    /// use gis_server::ows::Xml;
    /// let mut xml = Xml::document();
    /// xml.open("a", &[("n", "1 < 2")]);
    /// xml.leaf("b", &[], "Đ & Đ");
    /// xml.close("a");
    /// let text = String::from_utf8(xml.finish()).unwrap();
    /// assert!(text.ends_with("<a n=\"1 &lt; 2\"><b>Đ &amp; Đ</b></a>"));
    /// ```
    pub fn document() -> Self {
        let mut xml = Self::part();
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml
    }

    /// A part of a document.
    pub fn part() -> Self {
        Self(Writer::new(Vec::with_capacity(4096)))
    }

    /// Begins an element.
    pub fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Start(start(name, attributes)));
    }

    /// Ends an element.
    pub fn close(&mut self, name: &str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// An element with nothing in it.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.event(Event::Empty(start(name, attributes)));
    }

    /// An element with a text.
    pub fn leaf(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        text: &(impl Display + ?Sized),
    ) {
        self.open(name, attributes);
        self.text(&text.to_string());
        self.close(name);
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        // What XML 1.0 cannot hold is left out (its 2.2).
        let clean: String = text.chars().filter(|letter| is_character(*letter)).collect();
        self.event(Event::Text(BytesText::new(&clean)));
    }

    /// A comment.
    pub fn comment(&mut self, text: &str) {
        // Two hyphens would end it.
        let text = format!(" {} ", text.replace("--", "––"));
        self.event(Event::Comment(BytesText::from_escaped(text)));
    }

    /// Something that is XML already.
    pub fn raw(&mut self, xml: &[u8]) {
        self.0.get_mut().extend_from_slice(xml);
    }

    /// What has been written so far: append to it, or take it.
    pub fn bytes(&mut self) -> &mut Vec<u8> {
        self.0.get_mut()
    }

    /// The document.
    pub fn finish(self) -> Vec<u8> {
        self.0.into_inner()
    }

    fn event(&mut self, event: Event<'_>) {
        // A vector takes whatever is written.
        let _ = self.0.write_event(event);
    }
}

fn start<'a>(name: &'a str, attributes: &[(&'a str, &'a str)]) -> BytesStart<'a> {
    BytesStart::new(name).with_attributes(attributes.iter().copied())
}

fn is_character(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
