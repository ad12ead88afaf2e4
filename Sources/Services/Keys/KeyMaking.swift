import Dispatch
import Domain
import Sealing

/// Makes key material without keeping others waiting: an RSA key takes up to seconds, on a thread that may take its time.
enum KeyMaking {
    static func material(for spec: KeySpec) async throws -> SecretBytes {
        guard spec.isRSA else { return try KeyMaterialMaker.material(for: spec) }
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(with: Result { try KeyMaterialMaker.material(for: spec) })
            }
        }
    }
}
