import Console
import TestSupport
import Testing

struct PictureTests {
    private func draw(_ images: [PictureImage], hidden: Set<PictureSource> = []) -> (picture: Picture, drawn: DrawnPicture) {
        let picture = Picture(images, regions: PictureSamples.regions, hidden: hidden)
        return (picture, DrawnPicture(picture.svg))
    }

    @Test func nothingIsDrawnOfNothing() {
        let picture = Picture([], regions: PictureSamples.regions)
        #expect(picture.svg.isEmpty)
        #expect(picture.rows.isEmpty)
    }

    @Test func anImageSaysWhatItIs() throws {
        let (_, drawn) = draw([PictureSamples.image(1, name: "web & <db>")])
        let box = try #require(drawn.images.first)
        #expect(box.texts == ["web & <db>", "available\(PictureSamples.id(1))"])
        #expect(box.title == "web & <db>\navailable\n2026-11-30 17:08")
        #expect(drawn.lanes.map(\.region) == ["eu-central-11 image"])
    }

    /// States are told by words; colour repeats them.
    @Test(arguments: ["available", "pending", "failed", "disabled", "transient", "something new"]) func statesAreWords(state: String) throws
    {
        let (picture, drawn) = draw([PictureSamples.image(1, state: state)])
        let box = try #require(drawn.images.first)
        #expect(box.texts[1].hasPrefix(state.prefix(10)))
        #expect(box.title?.split(separator: "\n").contains(Substring(state)) == true)
        #expect(picture.rows.map(\.state) == [state])
    }

    @Test(
        arguments: [
            (0, "pending 0%", "0 101"), (0.429, "pending 42%", "42 101"), (0.999, "pending 99%", "99 101"), (1, "pending 100%", "100 101"),
            (7, "pending 100%", "100 101"), (-1, "pending 0%", "0 101"), (.infinity, "pending 100%", "100 101"), (.nan, "pending", nil),
        ] as [(Double, String, String?)]
    )
    func pendingImagesFillUp(progress: Double, state: String, bar: String?) throws {
        let (picture, drawn) = draw([PictureSamples.image(1, state: "pending", progress: progress)])
        let box = try #require(drawn.images.first)
        #expect(box.texts[1] == state + PictureSamples.id(1))
        #expect(box.done == bar)
        #expect(picture.rows.map(\.state) == [state])
    }

    @Test func whatIsCompleteHasNoBar() throws {
        let (picture, drawn) = draw([PictureSamples.image(1, progress: 0.5)])
        #expect(try #require(drawn.images.first).done == nil)
        #expect(picture.rows.map(\.state) == ["available"])
    }

    @Test func rowsSayWhereCopiesCameFrom() {
        let first = PictureSamples.image(1, name: "first")
        let gone = PictureSource(id: "ami-0dead", region: "us-west-2")
        let hidden = PictureSource(id: "ami-0old", region: "us-west-2")
        // The same id in another Region is another image.
        let elsewhere = PictureSource(id: first.id, region: "us-east-1")
        let (picture, drawn) = draw(
            [
                first, PictureSamples.image(2, source: PictureSamples.place(first), moved: "111 MiB in 0.9 s"),
                PictureSamples.image(3, source: gone),
                PictureSamples.image(4, source: hidden), PictureSamples.image(5, source: elsewhere),
            ],
            hidden: [hidden]
        )
        let origins = Dictionary(uniqueKeysWithValues: picture.rows.map { ($0.id, $0.origin) })
        #expect(origins[first.id] == PictureRow.Origin.none)
        #expect(origins[PictureSamples.id(2)] == .shown(PictureSamples.place(first), name: "first", href: first.href))
        #expect(origins[PictureSamples.id(3)] == .gone(gone))
        #expect(origins[PictureSamples.id(4)] == .hidden(hidden))
        #expect(origins[PictureSamples.id(5)] == .gone(elsewhere))
        #expect(picture.rows.first { $0.id == PictureSamples.id(2) }?.moved == "111 MiB in 0.9 s")
        #expect(
            drawn.box("/_ferry/console/eu-central-1/images/\(PictureSamples.id(2))")?.labels.map(\.text) == [
                "111 MiB in 0.9 s", "2026-11-30 17:08",
            ]
        )
        let missing = drawn.boxes.filter { $0.kind == .missing }.map { $0.texts.joined(separator: " ") }.sorted()
        #expect(missing == ["\(first.id) is gone", "ami-0dead is gone", "ami-0old is not shown"])
    }

    @Test func threeInstancesStandThereAndTheRestIsCounted() throws {
        let (picture, drawn) = draw([PictureSamples.image(1, instances: 7)])
        let chips = drawn.boxes.filter { $0.kind == .chip }
        #expect(chips.flatMap(\.texts) == ["● i-0123456789…", "● web-0", "● web-6", "+4 more"])
        #expect(chips[0].title == "i-0123456789abcd103\nrunning")
        #expect(chips[3].href == picture.rows.first?.href)
        #expect(picture.rows.first?.instances.count == 7)
    }

    @Test func rowsThatAreEachOthersSourceAreDrawn() {
        let places = (0..<6).map { PictureSource(id: PictureSamples.id($0), region: "eu-central-1") }
        // 0 is its own source; 1 and 2 are each other's; 3 is a copy of 2; 4 → 5 → 4 with the older one first.
        let images = [
            PictureSamples.image(0, source: places[0]), PictureSamples.image(1, source: places[2]),
            PictureSamples.image(2, source: places[1]),
            PictureSamples.image(3, source: places[2]), PictureSamples.image(4, source: places[5]),
            PictureSamples.image(5, source: places[4]),
        ]
        let (picture, drawn) = draw(images)
        #expect(drawn.images.count == 6)
        #expect(drawn.arrows.count == 3)
        #expect(picture.rows.allSatisfy { if case .shown = $0.origin { true } else { false } })
    }

    @Test func aLongChainIsAsManyColumns() {
        let images = (0..<1000).map { number in
            PictureSamples.image(
                number,
                source: number == 0 ? nil : PictureSource(id: PictureSamples.id(number - 1), region: "eu-central-1")
            )
        }
        let drawn = DrawnPicture(Picture(images.reversed(), regions: []).svg)
        #expect(drawn.arrows.count == 999)
        #expect(Set(drawn.images.map(\.left)).count == 1000)
        #expect(Set(drawn.images.map(\.top)).count == 1)
    }

    @Test func fiveHundredImagesStayLight() {
        let images = PictureSamples.many()
        let (picture, drawn) = draw(images)
        #expect(drawn.isWellFormed)
        #expect(drawn.images.count == 500)
        #expect(drawn.boxes.contains { $0.kind == .chip })
        let size = picture.svg.utf8.count
        #expect(size < 180_000)
    }
}
