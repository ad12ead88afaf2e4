import Bundles
import Client
import Foundation

/// Certificates and keys in files.
enum PEMFile {
    static func certificate(_ path: String) throws -> RSACertificate {
        do throws(BundleError) {
            return try RSACertificate(pem: try text(path))
        } catch {
            throw FileProblem("read", path, cause: error.cause)
        }
    }

    static func privateKey(_ path: String) throws -> RSAPrivateKey {
        do throws(BundleError) {
            return try RSAPrivateKey(pem: try text(path))
        } catch {
            throw FileProblem("read", path, cause: error.cause)
        }
    }

    private static func text(_ path: String) throws(BundleError) -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw BundleError("it does not exist, or you may not read it") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
