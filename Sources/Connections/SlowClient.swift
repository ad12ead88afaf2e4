/// The client sent its body so slowly that nobody waits for the rest.
package struct SlowClient: Error, CustomStringConvertible {
    package init() {}

    package var description: String { "the client was too slow" }
}
