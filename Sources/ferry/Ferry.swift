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
            ShareCommand.self,
            KeysCommand.self,
            AccountsCommand.self,
            QuotasCommand.self,
            DiffCommand.self,
            VerifyCommand.self,
            RemoveCommand.self,
            RunCommand.self,
            InstancesCommand.self,
            SSHCommand.self,
            StartCommand.self,
            StopCommand.self,
            TerminateCommand.self,
            BundleCommand.self,
            UnbundleCommand.self,
            CertificateCommand.self,
            ScrubCommand.self,
            RebuildIndexCommand.self,
            RecoverCommand.self,
            BackupCommand.self,
            RestoreCommand.self,
            GarbageCommand.self,
            UsageCommand.self,
            RotateRootKeyCommand.self,
            ThrottlingCommand.self,
            ConsoleCommand.self,
            MeasureVolumeCommand.self,
        ]
    )

    static func main() async {
        StandardStreams.secure()
        MemoryPolicy.apply()
        do {
            try ArgumentText.check()
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
            end(with: .success)
        } catch {
            let error = FoundationFailure.inPlainWords(error)
            let (code, text) = (exitCode(for: error), fullMessage(for: error))
            if !text.isEmpty { code == .success ? Terminal.say(text) : complain(text) }
            end(with: code)
        }
    }

    /// Errors of the command line begin as all others do, and not as ArgumentParser has it.
    private static func complain(_ text: String) {
        let prefix = "Error: "
        text.hasPrefix(prefix) ? Terminal.complain(String(text.dropFirst(prefix.count))) : Terminal.remark(text)
    }

    /// Whoever reads the output must learn that it is not all there.
    private static func end(with code: ExitCode) -> Never {
        guard let problem = Terminal.lostOutput() else { exit(withError: code) }
        Terminal.complain("cannot write the output: \(problem)")
        exit(withError: code == .success ? ExitCode.failure : code)
    }
}
