/// What the user said about where to call and as whom, before the environment and files are asked.
package struct ConnectionRequest: Hashable, Sendable {
    package var endpointURL: String?
    package var region: String?
    package var profile: String?
    package var dataFolder: String?
    /// Take the key that the server wrote into its folder, and no other.
    package var ownKeyOnly = false
    /// The real AWS, and not a server of one's own.
    package var useAWS = false

    package init() {}
}
