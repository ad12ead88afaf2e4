/// The body of CompleteMultipartUpload: the parts that make the object, in order.
package struct CompletedUpload: S3Body, Equatable {
    package struct Part: Sendable, Equatable {
        package let number: Int
        package let tag: EntityTag
        /// At most one of each algorithm.
        package let checksums: [ChecksumValue]
    }

    package static let rootName = "CompleteMultipartUpload"
    /// 1 to 10,000 with ascending numbers; gaps are allowed.
    package let parts: [Part]

    package init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(many: ["Part"])
        var parts: [Part] = []
        for child in fields.children("Part") { parts.append(try Part(child)) }
        guard (1...S3Limits.partsMax).contains(parts.count) else { throw .malformedXML("there must be 1 to \(S3Limits.partsMax) parts") }
        guard zip(parts, parts.dropFirst()).allSatisfy({ $0.number < $1.number }) else {
            throw S3Error(.invalidPartOrder)
        }
        self.parts = parts
    }
}

extension CompletedUpload.Part {
    init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(["PartNumber", "ETag"] + ChecksumAlgorithm.allCases.map(\.elementName))
        let text = try fields.requiredText("PartNumber")
        guard let number = Int(text), (1...S3Limits.partsMax).contains(number) else {
            throw .invalidArgument("PartNumber", text, "PartNumber must be from 1 to \(S3Limits.partsMax)")
        }
        self.number = number
        tag = EntityTag(text: try fields.requiredText("ETag"))
        var checksums: [ChecksumValue] = []
        for algorithm in ChecksumAlgorithm.allCases {
            guard let text = try fields.text(algorithm.elementName) else { continue }
            guard let value = ChecksumValue(algorithm, text: text), value.partCount == nil else {
                throw S3Error(.invalidRequest, "Value for \(algorithm.elementName) of part \(number) is invalid")
            }
            checksums.append(value)
        }
        self.checksums = checksums
    }
}
