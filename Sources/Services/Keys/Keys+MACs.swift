import Domain
import Sealing

extension Keys {
    package func generateMAC(of message: [UInt8], _ algorithm: MACAlgorithm, under reference: String) async throws
        -> (key: KMSKey, mac: [UInt8])
    {
        let key = try await macKey(reference, algorithm, for: "GenerateMac")
        let open = try await ring.current(key)
        return (open.key, MessageCode.make(of: message, algorithm, under: open.material))
    }

    package func verifyMAC(_ mac: [UInt8], of message: [UInt8], _ algorithm: MACAlgorithm, under reference: String) async throws -> KMSKey {
        let key = try await macKey(reference, algorithm, for: "VerifyMac")
        let open = try await ring.current(key)
        guard MessageCode.isValid(mac, of: message, algorithm, under: open.material) else {
            // KMS says no more.
            throw Fault(.kmsInvalidMAC, "")
        }
        return open.key
    }

    private func macKey(_ reference: String, _ algorithm: MACAlgorithm, for operation: String) async throws -> KMSKey {
        let key = try await find(reference, for: operation, aliases: true)
        try key.requireUsable()
        try key.require(.generateVerifyMAC, for: operation)
        guard key.spec.macAlgorithms.contains(algorithm) else {
            throw Fault(.invalidKeyUsage, "Algorithm \(algorithm.rawValue) is incompatible with key spec \(key.spec.rawValue).")
        }
        return key
    }
}
