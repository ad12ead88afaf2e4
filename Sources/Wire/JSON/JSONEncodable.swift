import Foundation

/// A structure that writes its members.
package protocol JSONEncodable: Sendable {
    func write(to json: inout JSONWriter)
}

/// A value that is one JSON scalar; a type with a raw `String` value conforms with an empty extension.
package protocol JSONScalar {
    func write(asScalarTo json: inout JSONWriter)
}

extension JSONScalar where Self: RawRepresentable, RawValue == String {
    package func write(asScalarTo json: inout JSONWriter) { json.string(rawValue) }
}

extension String: JSONScalar {
    package func write(asScalarTo json: inout JSONWriter) { json.string(self) }
}

extension Int: JSONScalar {
    package func write(asScalarTo json: inout JSONWriter) { json.raw(String(self)) }
}

extension Int64: JSONScalar {
    package func write(asScalarTo json: inout JSONWriter) { json.raw(String(self)) }
}

extension Bool: JSONScalar {
    package func write(asScalarTo json: inout JSONWriter) { json.raw(self ? "true" : "false") }
}

/// JSON has no infinity and no NaN: null stands for them.
extension Double: JSONScalar {
    package func write(asScalarTo json: inout JSONWriter) { json.raw(isFinite ? String(self) : "null") }
}

/// Seconds since 1970 with three decimals, as the JSON dialects write a time.
extension Date: JSONScalar {
    package func write(asScalarTo json: inout JSONWriter) {
        let milliseconds = Timestamp.milliseconds(of: self)
        let decimals = String(milliseconds.magnitude % 1000)
        let padding = String(repeating: "0", count: 3 - decimals.count)
        let sign = milliseconds < 0 ? "-" : ""
        json.raw("\(sign)\(milliseconds.magnitude / 1000).\(padding)\(decimals)")
    }
}
