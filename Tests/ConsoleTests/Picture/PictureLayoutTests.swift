import Console
import TestSupport
import Testing

/// What holds for every picture, over forests at random.
struct PictureLayoutTests {
    private struct Case {
        let images: [PictureImage]
        let hidden: Set<PictureSource>
        let picture: Picture
        let drawn: DrawnPicture
        /// The first image, or what is missing, that each image comes from.
        let roots: [PictureSource: PictureSource]

        init(_ seed: UInt64) {
            var generator = SeededGenerator(seed: seed)
            (images, hidden) = PictureSamples.forest(&generator)
            picture = Picture(images, regions: PictureSamples.regions, hidden: hidden)
            drawn = DrawnPicture(picture.svg)
            let sources = Dictionary(uniqueKeysWithValues: images.map { (PictureSamples.place($0), $0.source) })
            var roots: [PictureSource: PictureSource] = [:]
            for place in sources.keys {
                var root = place
                while let next = sources[root] ?? nil { root = next }
                roots[place] = root
            }
            self.roots = roots
        }

        /// The boxes of a lane, chips too.
        func boxes(in lane: DrawnPicture.Lane) -> [DrawnPicture.Box] {
            drawn.boxes.filter { $0.top >= lane.top && $0.bottom <= lane.bottom }
        }

        func source(_ place: PictureSource) -> DrawnPicture.Box? {
            if let image = images.first(where: { PictureSamples.place($0) == place }) { return drawn.box(image.href) }
            return drawn.boxes.first { box in
                box.kind == .missing && box.texts.first == place.id
                    && drawn.lanes.contains { $0.region.hasPrefix(place.region) && $0.top <= box.top && box.bottom <= $0.bottom }
            }
        }
    }

    @Test(arguments: seeds(40)) func everyImageStandsThereOnce(seed: UInt64) {
        let sample = Case(seed)
        #expect(sample.drawn.isWellFormed)
        #expect(sample.drawn.images.compactMap(\.href).sorted() == sample.images.map(\.href).sorted())
        // The table has the picture's order, which is that of keyboard focus too.
        #expect(sample.drawn.images.compactMap(\.href) == sample.picture.rows.map(\.href))
        let missing = Set(sample.images.compactMap(\.source)).subtracting(sample.images.map(PictureSamples.place))
        #expect(sample.drawn.boxes.count { $0.kind == .missing } == missing.count)
        #expect(sample.drawn.boxes.count { $0.kind == .chip } == sample.images.reduce(0) { $0 + min($1.instances.count, 4) })
    }

    @Test(arguments: seeds(40)) func nothingOverlaps(seed: UInt64) {
        let drawn = Case(seed).drawn
        for (index, box) in drawn.boxes.enumerated() {
            #expect(
                box.left >= 0 && box.top >= 0 && box.right <= drawn.width && box.bottom <= drawn.height && box.width > 0 && box.height > 0
            )
            let covered = drawn.boxes[..<index].filter(box.overlaps)
            #expect(covered.isEmpty, "\(box)")
        }
    }

    @Test(arguments: seeds(40)) func lanesAreRegionsInTheirOrder(seed: UInt64) {
        let sample = Case(seed)
        let lanes = sample.drawn.lanes
        for (upper, lower) in zip(lanes, lanes.dropFirst()) { #expect(upper.bottom <= lower.top) }
        let needed = Set(sample.images.map(\.region)).union(sample.images.compactMap(\.source?.region))
        let order = (PictureSamples.regions + ["eu-west-9"]).filter(needed.contains)
        #expect(lanes.count == order.count)
        for (lane, region) in zip(lanes, order) {
            #expect(lane.region.hasPrefix(region))
            let here = sample.images.filter { $0.region == region }
            #expect(sample.boxes(in: lane).filter { $0.kind == .image }.compactMap(\.href).sorted() == here.map(\.href).sorted())
        }
    }

    @Test(arguments: seeds(40)) func arrowsJoinSourcesAndCopies(seed: UInt64) throws {
        let sample = Case(seed)
        var expected: [[Int]] = []
        for image in sample.images {
            guard let place = image.source else { continue }
            let copy = try #require(sample.drawn.box(image.href))
            let source = try #require(sample.source(place))
            #expect(copy.left > source.right)
            expected.append([source.right, source.middle, copy.left, copy.middle])
        }
        let drawn = sample.drawn.arrows.map { [$0.fromX, $0.fromY, $0.toX, $0.toY] }
        #expect(drawn.sorted { $0.lexicographicallyPrecedes($1) } == expected.sorted { $0.lexicographicallyPrecedes($1) })
        for arrow in sample.drawn.arrows {
            #expect(arrow.isStraightforward)
            // No box of any lane reaches into the gutter.
            let inTheWay = sample.drawn.boxes.filter { $0.left < arrow.toX && arrow.fromX < $0.right }
            #expect(inTheWay.isEmpty)
        }
    }

    @Test(arguments: seeds(40)) func labelsStandInTheGutter(seed: UInt64) throws {
        let sample = Case(seed)
        let gutter = sample.drawn.arrows.map { $0.toX - $0.fromX }.min() ?? 0
        for image in sample.images {
            let box = try #require(sample.drawn.box(image.href))
            // What moved and when, of a copy; an image without source says neither.
            #expect(box.labels.count == (image.source == nil ? 0 : image.moved == nil ? 1 : 2))
            for label in box.labels {
                #expect(label.end < box.left)
                // Digits and small letters, 11 pixels high, take 6 or less.
                #expect(label.end - 6 * label.text.count > box.left - gutter, "\(label)")
            }
        }
    }

    @Test(arguments: seeds(40)) func lineagesKeepTogetherInOneOrder(seed: UInt64) throws {
        let sample = Case(seed)
        var orders: [[PictureSource]] = []
        for lane in sample.drawn.lanes {
            var bands: [PictureSource: ClosedRange<Int>] = [:]
            for image in sample.images where lane.region.hasPrefix(image.region) {
                let box = try #require(sample.drawn.box(image.href))
                let root = try #require(sample.roots[PictureSamples.place(image)])
                let band = bands[root] ?? box.top...box.bottom
                bands[root] = min(band.lowerBound, box.top)...max(band.upperBound, box.bottom)
            }
            let order = bands.sorted { $0.value.lowerBound < $1.value.lowerBound }
            for (upper, lower) in zip(order, order.dropFirst()) { #expect(upper.value.upperBound < lower.value.lowerBound) }
            orders.append(order.map(\.key))
        }
        for order in orders {
            for other in orders { #expect(order.filter(other.contains) == other.filter(order.contains)) }
        }
    }

    /// Arrows into the same lane of a lineage do not cross: copies stand as their sources do.
    @Test(arguments: seeds(40)) func copiesStandAsTheirSources(seed: UInt64) throws {
        let sample = Case(seed)
        var cells: [[String]: [(source: Int, copy: Int)]] = [:]
        for image in sample.images {
            guard let place = image.source, let root = sample.roots[PictureSamples.place(image)] else { continue }
            let copy = try #require(sample.drawn.box(image.href))
            let source = try #require(sample.source(place))
            cells[[root.id, root.region, image.region, String(copy.left)], default: []].append((source.top, copy.top))
        }
        for cell in cells.values {
            let sources = cell.sorted { $0.copy < $1.copy }.map(\.source)
            #expect(sources == sources.sorted())
        }
    }

    @Test(arguments: seeds(20)) func theOrderOfTheInputDoesNotMatter(seed: UInt64) {
        let sample = Case(seed)
        var generator = SeededGenerator(seed: seed &+ 1)
        // Rows that repeat others, with another state.
        let doubles = sample.images.prefix(5).map {
            PictureImage(id: $0.id, region: $0.region, name: $0.name, state: "x", href: $0.href, createdAt: $0.createdAt)
        }
        let images = sample.images + doubles
        let first = Picture(images, regions: PictureSamples.regions, hidden: sample.hidden)
        for _ in 0..<3 {
            let again = Picture(images.shuffled(using: &generator), regions: PictureSamples.regions, hidden: sample.hidden)
            #expect(again.svg == first.svg)
            #expect(again.rows == first.rows)
        }
        #expect(first.rows.count == sample.images.count)
    }
}
