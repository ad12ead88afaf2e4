import Domain

/// A resource as policies name it.
package enum PolicyResource: Hashable, Sendable, CustomStringConvertible {
    /// No one in particular.
    case all
    case named(ARN)
    /// A grant on a key: it tells itself who may retire it.
    case grant(String, on: ARN)
    /// A version of an object: policies name it as the object, but its tags and its ACL are its own.
    case version(String, of: ARN)
    /// What is yet to be made: conditions can ask what it will be like, by their keys in small letters.
    case planned([String: [String]], of: ARN)

    /// Nil for no one in particular.
    var arn: ARN? {
        switch self {
        case .all: nil
        case .named(let arn), .version(_, of: let arn), .grant(_, on: let arn), .planned(_, of: let arn): arn
        }
    }

    /// Nil for the latest version.
    var version: String? {
        guard case .version(let version, _) = self else { return nil }
        return version
    }

    package var description: String { arn?.description ?? "*" }
}

/// The names of resources, for permissions. Images and snapshots have no account in theirs: they can be of several.
extension Call {
    /// - Parameters:
    ///   - id: `*` for one that is yet to be made.
    ///   - region: where it is; the call's Region when nil.
    package func image(_ id: String, in region: String? = nil) -> PolicyResource { ec2("image/\(id)", region: region, account: "") }

    package func snapshot(_ id: String, in region: String? = nil) -> PolicyResource { ec2("snapshot/\(id)", region: region, account: "") }

    package func volume(_ id: String) -> PolicyResource { ec2("volume/\(id)", region: nil, account: account.rawValue) }

    package func instance(_ id: String) -> PolicyResource { ec2("instance/\(id)", region: nil, account: account.rawValue) }

    package func task(_ kind: String, _ id: String) -> PolicyResource { ec2("\(kind)/\(id)", region: nil, account: account.rawValue) }

    /// A resource that is known by its id alone, as in CreateTags.
    package func tagged(_ id: String) -> PolicyResource {
        if id.hasPrefix("ami-") { return image(id) }
        if id.hasPrefix("snap-") { return snapshot(id) }
        if id.hasPrefix("vol-") { return volume(id) }
        if id.hasPrefix("amiur-") { return task("image-usage-report", id) }
        if id.hasPrefix("import-snap-") { return task("import-snapshot-task", id) }
        if id.hasPrefix("import-ami-") { return task("import-image-task", id) }
        if id.hasPrefix("export-ami-") { return task("export-image-task", id) }
        if let resource = TaggableResource(id: id) { return task(resource.kind, id) }
        return ec2("*/\(id)", region: nil, account: account.rawValue)
    }

    /// A rule of the Recycle Bin.
    ///
    /// - Parameter id: `*` for one that is yet to be made.
    package func rule(_ id: String) -> PolicyResource { .named(ruleARN(id)) }

    package func ruleARN(_ id: String) -> ARN {
        ARN(partition: region.partition, service: "rbin", region: region.rawValue, account: account.rawValue, resource: "rule/\(id)")
    }

    package func quota(_ code: String, of service: String) -> PolicyResource { .named(quotaARN(code, of: service)) }

    package func quotaARN(_ code: String, of service: String) -> ARN {
        ARN(
            partition: region.partition,
            service: "servicequotas",
            region: region.rawValue,
            account: account.rawValue,
            resource: "\(service)/\(code)"
        )
    }

    package func bucket(_ name: String) -> PolicyResource { .named(s3(name)) }

    /// - Parameters:
    ///   - key: `*` for all that the bucket holds.
    ///   - version: nil for the latest.
    package func object(_ key: String, in bucket: String, version: String? = nil) -> PolicyResource {
        let arn = s3("\(bucket)/\(key)")
        return version.map { .version($0, of: arn) } ?? .named(arn)
    }

    package func grant(_ id: String, on key: PolicyResource) -> PolicyResource {
        guard case .named(let arn) = key else { return key }
        return .grant(id, on: arn)
    }

    /// The key that a reference leads to: an alias is none, it is the key behind it that may be used.
    ///
    /// - Parameter reference: a key id, an alias name or an ARN of either.
    package func key(_ reference: String) async throws -> PolicyResource {
        if let arn = try await keyRing.arn(of: reference, account: account).flatMap({ ARN($0) }) { return .named(arn) }
        // One that is not there is asked for by its own name: another account's tells nobody that.
        if let arn = ARN(reference) { return .named(arn) }
        return kms("key/\(reference)")
    }

    package func kms(_ resource: String) -> PolicyResource {
        .named(ARN(partition: region.partition, service: "kms", region: region.rawValue, account: account.rawValue, resource: resource))
    }

    private func ec2(_ resource: String, region: String?, account: String) -> PolicyResource {
        let region = region ?? self.region.rawValue
        return .named(ARN(partition: self.region.partition, service: "ec2", region: region, account: account, resource: resource))
    }

    private func s3(_ resource: String) -> ARN {
        ARN(partition: region.partition, service: "s3", region: "", account: "", resource: resource)
    }
}
