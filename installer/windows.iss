; Inno Setup 6 recipe for the Windows installer. After `python installer\freeze.py folder`:
;     iscc installer\windows.iss        writes dist\ktrdr-app-VERSION-setup.exe
; Not run on the machines that this was written on; the release workflow is its first trial.
#define Name "KTRDR Desktop"
#define Folder "..\dist\ktrdr-app"
; the line __version__ = "1.2.3" of the package
#define Handle FileOpen("..\ktrdr_app\__init__.py")
#define Line ""
#sub ReadLine
  #define public Line FileRead(Handle)
#endsub
#for {0; !FileEof(Handle) && Pos("__version__", Line) == 0; 0} ReadLine
#expr FileClose(Handle)
#define Version Copy(Line, Pos('"', Line) + 1, RPos('"', Line) - Pos('"', Line) - 1)

[Setup]
AppId={{6B0C5F2E-6F5B-4C86-9A0B-5B3C4C1F9E7D}
AppName={#Name}
AppVersion={#Version}
AppPublisher=KTRDR Desktop developers
DefaultDirName={autopf}\KTRDR Desktop
DefaultGroupName={#Name}
DisableProgramGroupPage=yes
; for this user alone, without administrator's rights, unless they ask for all users
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
LicenseFile=..\LICENSE
SetupIconFile=..\build\app.ico
UninstallDisplayIcon={app}\KTRDR Desktop.exe
OutputDir=..\dist
OutputBaseFilename=ktrdr-app-{#Version}-setup
Compression=lzma2/fast
SolidCompression=yes
ChangesEnvironment=yes
WizardStyle=modern

[Tasks]
Name: desktopicon; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: path; Description: "Put the command ktrdr-app on the path"; Flags: unchecked

[Files]
Source: "{#Folder}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\{#Name}"; Filename: "{app}\KTRDR Desktop.exe"; WorkingDir: "{userdocs}"
Name: "{autodesktop}\{#Name}"; Filename: "{app}\KTRDR Desktop.exe"; WorkingDir: "{userdocs}"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; Check: NotOnPath('{app}') and not IsAdminInstallMode

[Run]
Filename: "{app}\KTRDR Desktop.exe"; Description: "{cm:LaunchProgram,{#Name}}"; Flags: nowait postinstall skipifsilent

[Code]
function NotOnPath(Folder: string): Boolean;
var
  Path: string;
begin
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Path) then
    Path := '';
  Result := Pos(';' + Uppercase(ExpandConstant(Folder)) + ';', ';' + Uppercase(Path) + ';') = 0;
end;
