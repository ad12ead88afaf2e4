import ArgumentParser
import Client

/// A command that works with a server through its public API.
protocol ClientCommand: AsyncParsableCommand {
    /// Does the work; an error that it throws is told on standard error, with what can be done about it.
    func execute() async throws
}

extension ClientCommand {
    mutating func run() async throws {
        do {
            try await execute()
        } catch let code as ExitCode {
            throw code
        } catch is Interrupted {
            throw ExitCode(ExitCodes.interrupted)
        } catch {
            Terminal.complain(Explanation(of: error).text)
            throw ExitCode(ExitCodes.failed)
        }
    }
}

/// What the process ends with; `docs/command-line.md` lists them. 64 is ArgumentParser's, for a command line that it does not understand.
enum ExitCodes {
    static let failed: Int32 = 1
    /// Done for some of several and failed for others.
    static let partlyFailed: Int32 = 2
    /// `verify` found a difference.
    static let different: Int32 = 3
    static let interrupted: Int32 = 130

    /// Throws unless all of several went well.
    static func report(failures: Int, of count: Int) throws {
        guard failures > 0 else { return }
        throw ExitCode(failures == count ? failed : partlyFailed)
    }
}
