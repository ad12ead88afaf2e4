import Console
import TestSupport

/// Images for tests: names that hurt, sources that are there, gone or hidden.
enum PictureSamples {
    static let regions = ["eu-central-1", "us-east-1", "us-west-2", "ap-southeast-2"]

    static let hostile = [
        #""><svg onload=alert(1)>"#, "\"\u{301}><script>alert(1)</script>", "<\u{301}script>", "]]>&amp;<!--", "' onfocus='x",
        "مرحبا\u{202e}abc",
        "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿", "nul\u{0}bell\u{7}esc\u{1b}", "\u{fffe}\u{ffff}", "tab\tline\nend\r", "", String(repeating: "W", count: 1000),
        "a" + String(repeating: "\u{301}", count: 1000), String(repeating: "&", count: 1000),
    ]

    static func image(
        _ number: Int,
        region: String = "eu-central-1",
        name: String? = nil,
        state: String = "available",
        source: PictureSource? = nil,
        instances: Int = 0,
        progress: Double? = nil,
        moved: String? = nil
    ) -> PictureImage {
        PictureImage(
            id: id(number),
            region: region,
            name: name ?? "golden-\(number)-2026-11-30",
            state: state,
            href: "/_ferry/console/\(region)/images/\(id(number))",
            source: source,
            createdAt: "2026-11-30T17:08:34.000Z",
            instances: (0..<instances).map {
                PictureImage.Instance(
                    id: "i-0123456789abcd\(100 + $0)",
                    name: $0 % 2 == 0 ? "web-\($0)" : nil,
                    state: $0 % 3 == 0 ? "running" : "stopped",
                    href: "/_ferry/console/\(region)/instances/i-0123456789abcd\(100 + $0)-\(number)"
                )
            },
            progress: progress,
            moved: moved
        )
    }

    static func id(_ number: Int) -> String { "ami-0" + String(repeating: "0", count: 16 - String(number).count) + String(number) }

    static func place(_ image: PictureImage) -> PictureSource { PictureSource(id: image.id, region: image.region) }

    /// A forest whose trees have any shape.
    static func forest(_ generator: inout SeededGenerator) -> (images: [PictureImage], hidden: Set<PictureSource>) {
        var images: [PictureImage] = []
        var hidden: Set<PictureSource> = []
        for number in 0..<Int.random(in: 1...70, using: &generator) {
            let missing = PictureSource(
                id: id(9_000 + Int.random(in: 0..<5, using: &generator)),
                region: generator.pick(regions + ["eu-west-9"])
            )
            var source: PictureSource?
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<6: source = images.isEmpty ? nil : place(generator.pick(images))
            case 6: source = missing
            default: break
            }
            if generator.oneIn(8) { hidden.insert(missing) }
            images.append(
                image(
                    number,
                    region: generator.pick(regions),
                    name: generator.oneIn(4) ? generator.pick(hostile) : nil,
                    state: generator.pick(["available", "available", "pending", "failed", "disabled", "odd"]),
                    source: source,
                    instances: generator.oneIn(3) ? Int.random(in: 1...7, using: &generator) : 0,
                    progress: generator.pick([nil, 0, 0.429, 1, 7, -1, .nan, .infinity]),
                    moved: generator.pick([nil, "111 MiB in 0.9 s", "12,345,678 GiB in 123,456 s at most"])
                )
            )
        }
        return (images, hidden)
    }

    /// As many images as the overview may ever have to draw: 20 lineages of 25.
    static func many() -> [PictureImage] {
        var generator = SeededGenerator(seed: 5)
        var images: [PictureImage] = []
        for lineage in 0..<20 {
            let first = images.count
            for number in 0..<25 {
                let source = number == 0 ? nil : place(images[first + Int.random(in: 0..<min(number, 8), using: &generator)])
                images.append(
                    image(
                        images.count,
                        region: generator.pick(regions),
                        name: "golden-\(lineage)-2026-11-\(10 + number)",
                        source: source,
                        instances: generator.oneIn(10) ? 2 : 0,
                        moved: source == nil ? nil : "\(100 + number * 7) MiB in 0.9 s"
                    )
                )
            }
        }
        return images
    }
}
