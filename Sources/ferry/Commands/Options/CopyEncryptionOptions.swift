import ArgumentParser
import Client

/// Whether copies are encrypted, and under which keys.
struct CopyEncryptionOptions: ParsableArguments {
    @Flag(help: "Encrypt the copies, under the default key of each destination unless --kms-key names another.")
    var encrypt = false

    @Option(
        help: ArgumentHelp(
            "The KMS key (id, ARN or alias) for the copies: alias/x for every destination, eu-west-1=alias/x for one; repeatable.",
            valueName: "[region=]key"
        )
    )
    var kmsKey: [String] = []

    /// A key's names hold no equals sign, so what stands before one is a Region.
    private var keys: [(region: String?, key: String)] {
        kmsKey.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : (nil, text)
        }
    }

    func validate(destinations: [String]) throws {
        guard encrypt || kmsKey.isEmpty else { throw ValidationError("--kms-key goes with --encrypt.") }
        var seen: Set<String?> = []
        for (region, key) in keys {
            guard !key.isEmpty else { throw ValidationError("--kms-key takes a key, or a Region and a key as eu-west-1=alias/x.") }
            guard seen.insert(region).inserted else {
                throw ValidationError("--kms-key names two keys for \(region ?? "every destination"); give one.")
            }
            if let region, !destinations.contains(region) {
                throw ValidationError("--kms-key names \(region), which is no destination of --to.")
            }
        }
    }

    /// The request with what one destination is to be encrypted under: the key for it alone, else the one for all.
    func applied(to request: ImageCopyRequest, into region: String) -> ImageCopyRequest {
        var request = request
        request.isEncrypted = encrypt
        request.kmsKey = (keys.first { $0.region == region } ?? keys.first { $0.region == nil })?.key
        return request
    }
}
