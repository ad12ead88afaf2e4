import Domain
import Wire

/// `Encrypted` and `KmsKeyId` of the copying actions. Ferry has no keys yet, so it says so rather than copy in the clear.
struct EncryptionParameters: Sendable {
    let isEncrypted: Bool?
    let kmsKeyID: String?

    init(from query: QueryReader) throws(RequestError) {
        isEncrypted = try query["Encrypted"]
        kmsKeyID = try query["KmsKeyId"]
    }

    func refuseEncryption() throws {
        if kmsKeyID != nil, isEncrypted != true {
            throw Fault(.invalidParameterDependency, "The parameter KmsKeyId requires the parameter Encrypted to be set.")
        }
        guard isEncrypted != true else {
            throw Fault(.unsupportedOperation, "Encrypted copies are not supported by this version of Ferry")
        }
    }
}

/// The destinations beside a Region that the copying actions can name. Ferry has none of them.
struct DestinationParameters: Sendable {
    private let named: [String]

    init(from query: QueryReader) throws(RequestError) {
        var named: [String] = []
        for name in ["DestinationOutpostArn", "DestinationAvailabilityZone", "DestinationAvailabilityZoneId"] {
            let value: String? = try query[name]
            if value != nil { named.append(name) }
        }
        self.named = named
    }

    func refuseAny() throws {
        guard named.count <= 1 else {
            throw Fault(.invalidParameterCombination, "At most one of \(named.joined(separator: ", ")) can be given")
        }
        guard named.isEmpty else {
            throw Fault(.unsupportedOperation, "\(named[0]) is not supported: Ferry has no Outposts and no Local Zones")
        }
    }
}
