import Domain
import Wire

extension KeySpec {
    /// Reads a spec by its name; those that KMS has and Ferry has not get a code of their own.
    init(named text: String, member: String) throws {
        if let spec = KeySpec(rawValue: text) {
            self = spec
        } else if KeySpec.unsupported.contains(text) {
            throw Fault(.kmsUnsupportedOperation, "This Ferry does not make keys of the spec \(text)")
        } else {
            throw RequestError.invalid(member, text, "The value is not one of those allowed")
        }
    }
}
