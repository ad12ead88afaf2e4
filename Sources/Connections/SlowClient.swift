/// The client sent its body so slowly that nobody waits for the rest.
package struct SlowClient: Error {
    package init() {}
}
