import ArgumentParser
import Client
import Files
import Foundation
import Services

/// The data folder of a server on this machine.
struct DataFolderOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The data folder. (default: $XDG_DATA_HOME/ferry, else ~/.local/share/ferry)", valueName: "dir"))
    var data: String?

    var folder: DataFolder {
        if let data { return DataFolder(path: PathText.absolute(data)) }
        return DataFolder(path: ServerFolder.standard(ProcessInfo.processInfo.environment).path)
    }
}
