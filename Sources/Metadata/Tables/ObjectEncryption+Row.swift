import Domain

/// The columns `domain`, `kms_key` and `has_bucket_key` of objects and uploads.
extension ObjectEncryption {
    /// Nil for an object that is stored in the open.
    init?(row: SQLRow) throws {
        guard let bytes = try row.optionalBytes("domain") else { return nil }
        guard let domain = DomainID(bytes: bytes) else { throw CorruptRow(column: "domain") }
        guard let arn = try row.optionalText("kms_key") else {
            self.init(domain: domain, key: .s3)
            return
        }
        self.init(domain: domain, key: .kms(arn: arn, hasBucketKey: try row.flag("has_bucket_key")))
    }

    static func columns(_ encryption: ObjectEncryption?) -> [SQLValue] {
        guard let encryption else { return [.null, .null, .flag(false)] }
        switch encryption.key {
        case .s3: return [.bytes(encryption.domain.bytes), .null, .flag(false)]
        case .kms(let arn, let hasBucketKey): return [.bytes(encryption.domain.bytes), .text(arn), .flag(hasBucketKey)]
        }
    }
}
