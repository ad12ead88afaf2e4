/// The parameters of an S3 request, decoded. S3 passes over what it does not know, `x-id` for one.
package struct S3Query: Sendable {
    private var values: [String: String] = [:]

    /// What is given twice has no single meaning: a signature covers both, but not which of them comes first.
    package init(_ query: RequestQuery) throws(S3Error) {
        for parameter in query.parameters {
            guard values.updateValue(parameter.value, forKey: parameter.name) == nil else {
                throw .invalidArgument(parameter.name, parameter.value, "The parameter \(parameter.name) is given more than once")
            }
        }
    }

    package func contains(_ name: String) -> Bool { values[name] != nil }

    /// An empty value counts as one.
    package subscript(_ name: String) -> String? { values[name] }

    /// Nil when the parameter is absent or empty.
    package func text(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// Nil when the parameter is absent or empty.
    package func number(_ name: String, in range: ClosedRange<Int> = 0...Int(Int32.max)) throws(S3Error) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text) else { throw .invalidArgument(name, text, "Provided \(name) not an integer or within integer range") }
        guard range.contains(number) else {
            throw .invalidArgument(name, text, "Argument \(name) must be an integer between \(range.lowerBound) and \(range.upperBound)")
        }
        return number
    }

    /// A number that a list takes, at most S3's own page; nil when it is absent.
    package func count(_ name: String) throws(S3Error) -> Int? {
        guard let number = try number(name) else { return nil }
        return min(number, S3Limits.keysPerCallMax)
    }

    /// `partNumber`: 1 to 10,000; nil when it is absent.
    package func partNumber() throws(S3Error) -> Int? {
        guard let text = values["partNumber"] else { return nil }
        guard let number = Int(text), (1...S3Limits.partsMax).contains(number) else {
            throw .invalidArgument("partNumber", text, "Part number must be an integer between 1 and \(S3Limits.partsMax), inclusive")
        }
        return number
    }

    /// `encoding-type`: whether keys are to be encoded.
    package func encodesKeys() throws(S3Error) -> Bool {
        guard let text = values["encoding-type"], !text.isEmpty else { return false }
        guard text == "url" else { throw .invalidArgument("encoding-type", text, "Invalid Encoding Method specified in Request") }
        return true
    }
}
