/// An image as the overview's picture has it: texts are as people wrote them, and the picture escapes them; addresses are encoded already.
package struct PictureImage: Hashable, Sendable {
    /// An instance that was launched from the image.
    package struct Instance: Hashable, Sendable {
        package let id: String
        package let name: String?
        package let state: String
        package let href: String

        package init(id: String, name: String? = nil, state: String, href: String) {
            self.id = id
            self.name = name
            self.state = state
            self.href = href
        }
    }

    package let id: String
    package let region: String
    package let name: String
    package let state: String
    package let href: String
    package let source: PictureSource?
    /// ISO 8601, in UTC.
    package let createdAt: String
    package let instances: [Instance]
    /// 0 to 1, while the image is pending and somebody knows.
    package let progress: Double?
    /// What stands at the arrow, such as "111 MiB in 0.9 s".
    package let moved: String?

    package init(
        id: String,
        region: String,
        name: String,
        state: String,
        href: String,
        source: PictureSource? = nil,
        createdAt: String,
        instances: [Instance] = [],
        progress: Double? = nil,
        moved: String? = nil
    ) {
        self.id = id
        self.region = region
        self.name = name
        self.state = state
        self.href = href
        self.source = source
        self.createdAt = createdAt
        self.instances = instances
        self.progress = progress
        self.moved = moved
    }

    /// The image's own place, as its copies name it.
    var place: PictureSource { PictureSource(id: id, region: region) }

    /// The name, or the id of an image that has none.
    var label: String { name.isEmpty ? id : name }

    /// How far a pending image is, in whole percent, rounded down: "100%" is for what is complete.
    var percent: Int? {
        guard state == "pending", let progress, !progress.isNaN else { return nil }
        return Int(min(max(progress, 0), 1) * 100)
    }

    /// The state in words, with the percent of a pending image.
    var standing: String { percent.map { "\(state) \($0)%" } ?? state }

    /// "2026-11-30 17:08" of "2026-11-30T17:08:34.000Z"; a time of another form stays as it is.
    var created: String {
        let bytes = Array(createdAt.utf8.prefix(17))
        guard bytes.count == 17, bytes[4] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes.allSatisfy({ $0 < 0x80 })
        else { return createdAt }
        return String(decoding: bytes[..<10], as: UTF8.self) + " " + String(decoding: bytes[11..<16], as: UTF8.self)
    }

    /// Those that run first, then by name: the picture has room for few, and the same ones should stand there each time.
    var instancesInOrder: [Instance] {
        guard instances.count > 1 else { return instances }
        return instances.sorted {
            ($0.state == "running" ? 0 : 1, $0.name ?? $0.id, $0.id, $0.state, $0.href)
                < ($1.state == "running" ? 0 : 1, $1.name ?? $1.id, $1.id, $1.state, $1.href)
        }
    }

    /// Of two rows about one image, the one that the picture keeps must not depend on their order in the list.
    func isPreferred(to other: PictureImage) -> Bool {
        let mine = (createdAt, name, state, href, source?.id ?? "", source?.region ?? "")
        let theirs = (other.createdAt, other.name, other.state, other.href, other.source?.id ?? "", other.source?.region ?? "")
        if mine != theirs { return mine > theirs }
        if (moved ?? "", percent ?? -1) != (other.moved ?? "", other.percent ?? -1) {
            return (moved ?? "", percent ?? -1) > (other.moved ?? "", other.percent ?? -1)
        }
        return other.instancesInOrder.lexicographicallyPrecedes(instancesInOrder) { $0.id < $1.id }
    }
}
