/// A value of a text that a test knows to be well formed.
package func known<Value: RawRepresentable<String>>(_ text: String) -> Value {
    guard let value = Value(rawValue: text) else { preconditionFailure("'\(text)' is no \(Value.self)") }
    return value
}
