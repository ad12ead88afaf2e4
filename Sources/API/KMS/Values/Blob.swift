import Foundation
import Sealing
import Wire

/// Bytes in base64. What is no base64 was refused before, as is what has too many bytes.
struct Blob: JSONDecodable {
    let bytes: [UInt8]

    static func decode(_ value: JSONValue) throws(RequestError) -> Blob {
        Blob(bytes: [UInt8](try data(value)))
    }

    /// The text is not shown in the error: it may be a secret with a typing error.
    fileprivate static func data(_ value: JSONValue) throws(RequestError) -> Data {
        guard let data = Data(base64Encoded: try value.string()) else { throw .malformed("\(value.name) is not base64") }
        return data
    }
}

/// Bytes in base64 that are secret.
struct SecretBlob: JSONDecodable {
    let secret: SecretBytes

    static func decode(_ value: JSONValue) throws(RequestError) -> SecretBlob {
        var data = try Blob.data(value)
        return SecretBlob(secret: SecretBytes(wiping: &data))
    }
}

extension JSONReader {
    /// A required blob.
    func blob(_ name: String) throws(RequestError) -> [UInt8] {
        let blob: Blob = try self[name]
        return blob.bytes
    }

    /// A required secret.
    func secret(_ name: String) throws(RequestError) -> SecretBytes {
        let blob: SecretBlob = try self[name]
        return blob.secret
    }
}
