import ArgumentParser
import Files
import Foundation
import Services

/// Where the root key of a data folder comes from.
struct RootKeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The file with the root key. (default: DIR/root.key, created at the first start)", valueName: "file"))
    var rootKey: String?

    @Option(
        help: ArgumentHelp(
            "A file with a passphrase to use instead of a root key. FERRY_ROOT_PASSPHRASE sets it, too.",
            valueName: "file"
        )
    )
    var rootPassphraseFile: String?

    func validate() throws {
        guard rootKey == nil || rootPassphraseFile == nil else {
            throw ValidationError("Give --root-key or --root-passphrase-file, not both.")
        }
    }

    /// The options win over the environment, which is cleared: children of the process do not inherit it.
    func source() throws -> RootKeySource {
        let fromEnvironment = EnvironmentSecret.take("FERRY_ROOT_PASSPHRASE")
        if let rootKey { return .file(Self.absolute(rootKey)) }
        if let rootPassphraseFile { return .passphrase(try SecretFile(path: Self.absolute(rootPassphraseFile)).readLine()) }
        if let fromEnvironment { return .passphrase(fromEnvironment) }
        return .dataFolder
    }

    static func absolute(_ path: String) -> String { PathText.absolute(path) }
}
