//! A document that has one of everything, for the renderers' tests.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use city::{Title, time::parse_date};

use super::document::{
    Block, Cell, Column, Document, Figure, Letterhead, List, Paragraph, Run, Signature, Table,
};

/// The XML files of a ZIP archive by their names.
pub(crate) fn unzip(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut text = String::new();
        if file.read_to_string(&mut text).is_ok() {
            files.insert(file.name().unwrap().into_owned(), text);
        }
    }
    files
}

/// A PNG picture of a slope.
pub(crate) fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    let shade = |x: u32, y: u32| [(x * 255 / width) as u8, (y * 255 / height) as u8, 200];
    let pixels: Vec<u8> =
        (0..height).flat_map(|y| (0..width).flat_map(move |x| shade(x, y))).collect();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A table of so many roads.
pub(crate) fn roads(rows: usize) -> Table {
    let mut table = Table::new(
        Title::new("Các tuyến đường bị ngập", "Flooded roads"),
        vec![
            Column::centred(Title::new("TT", ""), 0.6),
            Column::text(Title::new("Tên đường", "Road"), 3.0),
            Column::number(Title::new("Chiều dài ngập", "Flooded length"), "m", 1.2),
            Column::number(Title::new("Độ sâu lớn nhất", "Greatest depth"), "m", 1.2),
            Column::text(Title::new("Ghi chú", "Note"), 2.0),
        ],
    );
    let names = ["Phan Châu Trinh", "Trần Hưng Đạo", "Hùng Vương", "Nguyễn Thị Minh Khai"];
    for row in 1..=rows {
        table = table.row([
            Cell::count(row as u64),
            Cell::text(format!("{} (đoạn {row})", names[row % names.len()])),
            Cell::number(1234.5 * row as f64, 1),
            Cell::number(0.37 + row as f64 / 100.0, 2),
            if row % 3 == 0 {
                Cell::text("Xe máy không qua được; đề nghị cấm đường từ 02 giờ đến 09 giờ")
            } else {
                Cell::Empty
            },
        ]);
    }
    table
        .total([
            Cell::Empty,
            Cell::text("Cộng"),
            Cell::number(1_234_567.8, 1),
            Cell::Empty,
            Cell::Empty,
        ])
        .noted(Title::new("Nguồn: mô hình ngập lụt đô thị.", "Source: the urban flood model."))
}

/// One of everything.
pub(crate) fn everything() -> Document {
    let mut letterhead = Letterhead::new("Ủy ban nhân dân phường Bàn Thạch", "BC-UBND", "Tam Kỳ");
    letterhead.superior = Some("Ủy ban nhân dân thành phố Đà Nẵng".to_owned());
    letterhead.date = parse_date("2026-11-22").ok();
    let mut document = Document::new(
        Title::new("Báo cáo", "Report"),
        Title::new(
            "Đánh giá tình hình ngập lụt trên địa bàn phường Bàn Thạch theo kịch bản mưa 200 mm trong 06 giờ",
            "Flooding in Bàn Thạch ward with 200 mm of rain in 6 hours",
        ),
        letterhead,
    );
    document.standing = Some(Title::new("Nội bộ, tham khảo", "Internal, for reference"));
    let long = "Theo kết quả tính toán, vùng ngập sâu trên 0,5 m tập trung dọc sông Bàn Thạch và \
                các trục đường thấp; nước lên nhanh trong hai giờ đầu, sau đó rút chậm do triều \
                cường ở hạ lưu. ";
    document
        .with(Block::heading(1, Title::new("I. TÌNH HÌNH CHUNG", "")))
        .with(
            Paragraph::from(vec![
                Run::plain(long.repeat(3)),
                Run::bold("Diện tích ngập lớn nhất là 312,4 ha"),
                Run::plain(" vào lúc "),
                Run::italic("02 giờ 30 phút"),
                Run::plain("."),
            ])
            .english("The model has the greatest flooded area of 312.4 ha at 02:30."),
        )
        .with(Block::heading(2, Title::new("1. Số liệu mưa và triều", "Rain and tide")))
        .with(Block::list([
            "Lượng mưa: 200 mm trong 06 giờ;",
            "Mực nước triều: 0,8 m <script>alert('x')</script> & \"trích dẫn\".",
        ]))
        .with(List {
            numbered: true,
            items: vec!["Rà soát các điểm sơ tán.".into(), "Cấm đường theo bảng dưới đây.".into()],
        })
        .with(roads(12))
        .with(
            Figure::from_png(
                picture(640, 400),
                Title::new("Độ sâu ngập lớn nhất", "Greatest depth"),
            )
            .unwrap()
            .share(0.8),
        )
        .with(Block::heading(1, Title::new("II. KIẾN NGHỊ", "")))
        .with(Block::paragraph(long.repeat(2)))
        .with(Block::Landscape(vec![
            Block::heading(1, Title::new("PHỤ LỤC", "Appendix")),
            Block::Table(
                Table::new(
                    Title::new("Các công trình", ""),
                    vec![
                        Column::text(Title::new("Tên", ""), 3.0),
                        Column::number(Title::new("Người", ""), "người", 1.0),
                    ],
                )
                .row([Cell::text("=HYPERLINK(\"http://x\")"), Cell::count(1500)])
                .row([Cell::text("Trường THCS"), Cell::number(f64::NAN, 0)]),
            ),
        ]))
        .with(Block::PageBreak)
        .with(Block::paragraph("Trên đây là báo cáo của Ủy ban nhân dân phường./."))
        .closed()
}

impl Document {
    fn closed(mut self) -> Self {
        self.signature = Some(Signature {
            capacity: vec!["TM. Ủy ban nhân dân".into(), "Chủ tịch".into()],
            name: Some("Nguyễn Văn Ước".into()),
        });
        self.recipients = vec![
            "Ủy ban nhân dân thành phố".into(),
            "Ban Chỉ huy Phòng thủ dân sự".into(),
            "Lưu: VT, QLĐT".into(),
        ];
        self
    }
}
