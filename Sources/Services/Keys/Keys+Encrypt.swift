import Domain
import Sealing

/// Something that was encrypted.
package struct Encrypted: Sendable {
    package let key: KMSKey
    package let ciphertext: [UInt8]
    package let algorithm: EncryptionAlgorithm
    package let materialID: String?
}

/// Something that was decrypted.
package struct Decrypted: Sendable {
    package let key: KMSKey
    package let plain: SecretBytes
    package let algorithm: EncryptionAlgorithm
    package let materialID: String?
}

/// A ciphertext, and what it takes to open it.
package struct Ciphertext: Sendable {
    package let bytes: [UInt8]
    package let context: EncryptionContext
    /// Needed for RSA, whose ciphertexts name nothing; for others it is compared.
    package let key: String?
    package let algorithm: EncryptionAlgorithm

    package init(bytes: [UInt8], context: EncryptionContext, key: String?, algorithm: EncryptionAlgorithm) {
        self.bytes = bytes
        self.context = context
        self.key = key
        self.algorithm = algorithm
    }
}

extension Keys {
    package func encrypt(
        _ plain: SecretBytes,
        under reference: String,
        context: EncryptionContext,
        algorithm: EncryptionAlgorithm,
        as operation: String = "Encrypt"
    ) async throws -> Encrypted {
        let key = try await find(reference, for: operation, aliases: true)
        try requireUse(of: key, .encryptDecrypt, algorithm, for: operation)
        let open = try await ring.current(key)
        guard algorithm == .symmetric else {
            try Self.requireNoContext(context)
            let ciphertext = try PrivateKey(open.material, spec: key.spec).encrypt(plain, algorithm)
            guard let ciphertext else {
                throw Fault(.validationException, "The plaintext is too long for \(key.spec.rawValue) and \(algorithm.rawValue)")
            }
            return Encrypted(key: open.key, ciphertext: ciphertext, algorithm: algorithm, materialID: nil)
        }
        let ciphertext = try ring.seal(plain, under: open, context: context)
        return Encrypted(key: open.key, ciphertext: ciphertext, algorithm: algorithm, materialID: open.materialID)
    }

    package func decrypt(_ ciphertext: Ciphertext, as operation: String = "Decrypt") async throws -> Decrypted {
        try await requireOwnName(ciphertext)
        var named: KMSKey?
        if let reference = ciphertext.key { named = try await find(reference, for: operation, aliases: true) }
        guard ciphertext.algorithm == .symmetric else {
            return try await decryptRSA(ciphertext, under: named, as: operation)
        }
        if let named { try requireUse(of: named, .encryptDecrypt, .symmetric, for: operation) }
        guard let blob = CiphertextBlob(ciphertext.bytes) else { throw Self.invalidCiphertext }
        if let named, named.id != blob.key {
            throw Self.incorrectKey
        }
        guard let key = try await ring.key(blob.key) else { throw Self.unknownKey }
        try authorization.require(operation, on: key)
        try key.requireUsable()
        guard let open = try await ring.opener(of: blob) else { throw Self.invalidCiphertext }
        do {
            let plain = try blob.open(material: open.material, context: ciphertext.context)
            return Decrypted(key: open.key, plain: plain, algorithm: .symmetric, materialID: open.materialID)
        } catch {
            throw Self.invalidCiphertext
        }
    }

    /// Who may open a ciphertext may name its key. Whether other accounts have another key of the name is not told.
    private func requireOwnName(_ ciphertext: Ciphertext) async throws {
        guard ciphertext.algorithm == .symmetric, let reference = ciphertext.key, let name = KeyARN(reference), name.account != call.account
        else { return }
        let (named, opening) = (try await ring.arn(of: reference, account: call.account), CiphertextBlob(ciphertext.bytes)?.key)
        guard let named, case .key(let id)? = KeyARN(named)?.resource, id == opening else { throw Self.incorrectKey }
    }

    /// From one key or context to another; the plain bytes stay in memory.
    package func reEncrypt(
        _ ciphertext: Ciphertext,
        under reference: String,
        context: EncryptionContext,
        algorithm: EncryptionAlgorithm
    ) async throws -> (source: Decrypted, destination: Encrypted) {
        let source = try await decrypt(ciphertext, as: "ReEncryptFrom")
        let destination = try await encrypt(
            source.plain,
            under: reference,
            context: context,
            algorithm: algorithm,
            as: "ReEncryptTo"
        )
        return (source, destination)
    }

    private func decryptRSA(_ ciphertext: Ciphertext, under named: KMSKey?, as operation: String) async throws -> Decrypted {
        guard let key = named else { throw Fault(.validationException, "KeyId is required for asymmetric keys") }
        try requireUse(of: key, .encryptDecrypt, ciphertext.algorithm, for: operation)
        try Self.requireNoContext(ciphertext.context)
        let open = try await ring.current(key)
        guard let plain = try PrivateKey(open.material, spec: key.spec).decrypt(ciphertext.bytes, ciphertext.algorithm) else {
            throw Self.invalidCiphertext
        }
        return Decrypted(key: open.key, plain: plain, algorithm: ciphertext.algorithm, materialID: nil)
    }

    private func requireUse(of key: KMSKey, _ usage: KeyUsage, _ algorithm: EncryptionAlgorithm, for operation: String) throws {
        try key.requireUsable()
        try key.require(usage, for: operation)
        guard key.spec.encryptionAlgorithms(for: key.usage).contains(algorithm) else {
            throw Fault(.invalidKeyUsage, "Algorithm \(algorithm.rawValue) is incompatible with key spec \(key.spec.rawValue).")
        }
    }

    private static func requireNoContext(_ context: EncryptionContext) throws {
        guard context == .empty else { throw Fault(.validationException, "An encryption context needs a symmetric encryption key") }
    }

    private static var incorrectKey: Fault {
        Fault(.incorrectKey, "The key ID in the request does not identify a CMK that can perform this operation.")
    }

    /// KMS says no more, so that nobody learns from errors what a key opens.
    private static var invalidCiphertext: Fault { Fault(.invalidCiphertext, "") }

    private static var unknownKey: Fault {
        Fault(
            .accessDeniedException,
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, "
                + "or you are not allowed to access."
        )
    }
}
