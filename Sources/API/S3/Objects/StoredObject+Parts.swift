import Domain
import Wire

extension StoredObject {
    /// A part, as GET, HEAD and GetObjectAttributes tell of it.
    struct Part: Sendable {
        let range: Range<Int64>
        /// Its own; nil when none is kept.
        let checksum: ChecksumValue?
    }

    /// Whether a multipart upload made it, or the object that it is a copy of.
    var isMultipart: Bool { etag.contains("-") }

    /// The parts that it came in; what was put whole is one.
    var parts: [Part] {
        let algorithm = checksum.flatMap { ChecksumAlgorithm(name: $0.algorithm) }
        guard isMultipart else {
            let value = algorithm.flatMap { ChecksumValue($0, text: checksum?.value ?? "") }
            return [Part(range: 0..<bytes, checksum: value)]
        }
        var parts: [Part] = []
        var start: Int64 = 0
        for segment in segments {
            let value = algorithm.flatMap { ChecksumValue($0, bytes: segment.checksum ?? []) }
            parts.append(Part(range: start..<start + segment.bytes, checksum: value))
            start += segment.bytes
        }
        if hasEmptyEnd { parts.append(Part(range: start..<start, checksum: algorithm.map { Checksum.of([], $0) })) }
        return parts
    }

    /// A last part without bytes has no segment, but its number stands in the tag. A copy that was stored anew is one segment under the
    /// tag of many parts: no checksum of a part is kept with it.
    private var hasEmptyEnd: Bool {
        guard let dash = etag.lastIndex(of: "-"), let count = Int(etag[etag.index(after: dash)...]) else { return false }
        return count == segments.count + 1 && segments.allSatisfy { $0.checksum != nil }
    }
}
