import Domain
import Sealing

/// What is signed: a message, or its digest.
package struct SigningRequest: Sendable {
    package let message: [UInt8]
    package let isDigest: Bool
    package let algorithm: SigningAlgorithm

    package init(message: [UInt8], isDigest: Bool, algorithm: SigningAlgorithm) {
        self.message = message
        self.isDigest = isDigest
        self.algorithm = algorithm
    }
}

extension Keys {
    package func sign(_ request: SigningRequest, under reference: String) async throws -> (key: KMSKey, signature: [UInt8]) {
        let key = try await signingKey(reference, request, for: "Sign")
        let open = try await ring.current(key)
        let signature = try PrivateKey(open.material, spec: key.spec).sign(request.message, isDigest: request.isDigest, request.algorithm)
        return (open.key, signature)
    }

    package func verify(_ signature: [UInt8], of request: SigningRequest, under reference: String) async throws -> KMSKey {
        let key = try await signingKey(reference, request, for: "Verify")
        let open = try await ring.current(key)
        let isValid = try PrivateKey(open.material, spec: key.spec)
            .isValid(signature, of: request.message, isDigest: request.isDigest, request.algorithm)
        // KMS says no more.
        guard isValid else { throw Fault(.kmsInvalidSignature, "") }
        return open.key
    }

    /// The public half of an asymmetric key: SubjectPublicKeyInfo in DER.
    package func publicKey(of reference: String) async throws -> (key: KMSKey, der: [UInt8]) {
        let key = try await find(reference, for: "GetPublicKey", aliases: true)
        guard !key.spec.isSymmetric else {
            throw Fault(.kmsUnsupportedOperation, "\(key.arn) has the key spec \(key.spec.rawValue), which has no public key.")
        }
        let open = try await ring.current(key)
        return (open.key, try PrivateKey(open.material, spec: key.spec).publicDER())
    }

    private func signingKey(_ reference: String, _ request: SigningRequest, for operation: String) async throws -> KMSKey {
        let key = try await find(reference, for: operation, aliases: true)
        try key.requireUsable()
        try key.require(.signVerify, for: operation)
        let algorithm = request.algorithm
        guard key.spec.signingAlgorithms(for: key.usage).contains(algorithm) else {
            throw Fault(.invalidKeyUsage, "Algorithm \(algorithm.rawValue) is incompatible with key spec \(key.spec.rawValue).")
        }
        guard request.isDigest else { return key }
        guard let length = algorithm.digestBytes else {
            throw Fault(.validationException, "MessageType DIGEST is not valid for algorithm \(algorithm.rawValue).")
        }
        guard request.message.count == length else {
            throw Fault(.validationException, "Digest is invalid length for algorithm \(algorithm.rawValue).")
        }
        return key
    }
}
