import ArgumentParser

/// The command `ferry`: a server of machine images, and what works with one.
@main
struct Ferry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ferry",
        abstract: "A home for machine images that speaks the EC2 API and copies images between Regions.",
        discussion: """
            Exit codes: 0 done, 1 failed, 2 done for some of several and failed for others, 3 different (verify), \
            64 the command line was not understood, 130 interrupted.
            """,
        version: Version.text,
        subcommands: [
            ServeCommand.self,
            EnvCommand.self,
            PushCommand.self,
            PullCommand.self,
            ImagesCommand.self,
            CopyCommand.self,
            KeysCommand.self,
            DiffCommand.self,
            VerifyCommand.self,
            RemoveCommand.self,
            BundleCommand.self,
            UnbundleCommand.self,
            CertificateCommand.self,
            ScrubCommand.self,
            RebuildIndexCommand.self,
            GarbageCommand.self,
            UsageCommand.self,
            RotateRootKeyCommand.self,
        ]
    )

    static func main() async {
        MemoryPolicy.apply()
        await main(nil)
    }
}
