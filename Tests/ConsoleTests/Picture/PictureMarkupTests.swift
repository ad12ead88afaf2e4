import Console
import TestSupport
import Testing

/// Names and all else that people write is text in the picture, whatever it looks like.
struct PictureMarkupTests {
    private static let elements: Set<String> = [
        "svg", "title", "desc", "defs", "marker", "path", "g", "rect", "text", "tspan", "a", "use",
    ]
    private static let attributes: Set<String> = [
        "xmlns", "class", "role", "aria-labelledby", "aria-describedby", "aria-details", "viewBox", "width", "height", "id", "refX", "refY",
        "markerWidth", "markerHeight", "markerUnits", "orient", "d", "x", "y", "dx", "rx", "pathLength", "href", "transform", "marker-end",
        "stroke-dasharray", "data-image",
    ]

    /// Every text that an image has is the hostile one.
    private func picture(_ text: String) -> Picture {
        let instance = PictureImage.Instance(id: text, name: text, state: text, href: text)
        func image(_ id: String, source: PictureSource?, state: String) -> PictureImage {
            PictureImage(
                id: id,
                region: text,
                name: text,
                state: state,
                href: text,
                source: source,
                createdAt: text,
                instances: [instance, instance, instance, instance],
                progress: 0.5,
                moved: text
            )
        }
        return Picture(
            [
                image(text, source: PictureSource(id: text + "2", region: text), state: text),
                image(text + "1", source: PictureSource(id: text, region: text), state: "pending"),
            ],
            regions: [text]
        )
    }

    @Test(arguments: PictureSamples.hostile) func hostileTextIsText(text: String) throws {
        let picture = picture(text)
        let drawn = DrawnPicture(picture.svg)
        #expect(drawn.isWellFormed)
        #expect(drawn.elements.isSubset(of: Self.elements), "\(drawn.elements)")
        #expect(drawn.attributes.isSubset(of: Self.attributes), "\(drawn.attributes)")
        #expect(drawn.images.count == 2)
        #expect(drawn.arrows.count == 2)
        // What the browser reads back is what was written, but for scalars that markup cannot have.
        #expect(try #require(drawn.images.first).href == visible(text))
        let forbidden = picture.svg.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" || $0.value == 0xfffe || $0.value == 0xffff }
        #expect(forbidden.isEmpty)
        #expect(picture.rows.map(\.name) == [text, text])
    }

    private func visible(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if "\t\n\r".unicodeScalars.contains(scalar) {
                result += " "
            } else if scalar.value >= 0x20, scalar.value != 0xfffe, scalar.value != 0xffff {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    @Test func marksAreEscapedWhateverCombinesWithThem() {
        for mark in ["&", "<", ">", "\"", "'"] {
            for combining in ["", "\u{301}", "\u{20dd}", "\u{200d}", "\u{fe0f}"] {
                var output = ""
                output.appendEscaped("a" + mark + combining + "b")
                #expect(
                    !output.unicodeScalars.dropFirst().contains { $0.value == mark.unicodeScalars.first?.value && mark != "&" },
                    "\(output)"
                )
                #expect(output.utf8.count > 3 + combining.utf8.count)
                #expect(output.unicodeScalars.contains("&") && output.unicodeScalars.contains(";"))
            }
        }
    }

    @Test func namesAreCutToTheirBox() throws {
        let name = String(repeating: "W", count: 1000)
        let box = try #require(DrawnPicture(Picture([PictureSamples.image(1, name: name)], regions: []).svg).images.first)
        #expect(box.texts[0].hasSuffix("W…"))
        // A wide letter, 13 pixels high, takes 12.
        #expect(box.texts[0].count * 12 < box.width)
        #expect(box.title?.hasPrefix(String(repeating: "W", count: 300) + "…") == true)
    }

    @Test func aPileOfMarksIsCutToo() throws {
        let name = "a" + String(repeating: "\u{301}", count: 1000)
        let box = try #require(DrawnPicture(Picture([PictureSamples.image(1, name: name)], regions: []).svg).images.first)
        #expect(box.texts[0].unicodeScalars.count == 12)
    }

    /// The page's policy allows no inline styles and no scripts.
    @Test func nothingNeedsMoreThanThePolicyAllows() {
        for images in [PictureSamples.many(), Array(PictureSamples.many().prefix(50))] {
            let svg = Picture(images, regions: PictureSamples.regions).svg
            let drawn = DrawnPicture(svg)
            #expect(drawn.elements.isSubset(of: Self.elements))
            #expect(drawn.attributes.isSubset(of: Self.attributes))
            // A picture's descendants would be hidden from screen readers, links too.
            let isImage = svg.contains("role=\"img\"")
            #expect(!isImage)
        }
    }
}
