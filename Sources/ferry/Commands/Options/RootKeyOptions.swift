import ArgumentParser
import Files
import Foundation
import Services

/// Where the root key of a data folder comes from.
struct RootKeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The file of the root key; DIR/root.key unless set, made at first start.", valueName: "file"))
    var rootKey: String?

    @Option(
        help: ArgumentHelp(
            "A file with the passphrase that stands in place of a root key; FERRY_ROOT_PASSPHRASE gives it too.",
            valueName: "file"
        )
    )
    var rootPassphraseFile: String?

    func validate() throws {
        guard rootKey == nil || rootPassphraseFile == nil else {
            throw ValidationError("--root-key and --root-passphrase-file exclude each other")
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
