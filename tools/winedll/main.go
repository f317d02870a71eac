// Winedll writes a bcryptprimitives.dll for Wine.
//
// Go programs for Windows take their random numbers from ProcessPrng in
// bcryptprimitives.dll, and do not start without it. Wine before 9 has no such
// file, but has the same function by another name, SystemFunction036 in
// advapi32.dll. So the file needs no code: it only exports ProcessPrng as a
// forward to that name. Both functions answer with something other than 0.
//
//	go run ./tools/winedll "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll"
package main

import (
	"bytes"
	"debug/pe"
	"encoding/binary"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: winedll FILE")
		os.Exit(2)
	}
	if err := os.WriteFile(os.Args[1], dll("bcryptprimitives.dll", "ProcessPrng", "advapi32.SystemFunction036"), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "winedll:", err)
		os.Exit(1)
	}
}

const (
	fileAlign = 0x200  // the headers take that much of the file, the section the rest
	pageAlign = 0x1000 // in memory, each takes a page
)

// dll returns an x86-64 DLL of that name in which name is a forward to target
// ("module.function"), and nothing else.
func dll(file, name, target string) []byte {
	section := exports(pageAlign, file, name, target)
	headers := encode(
		[]byte("MZ"), make([]byte, 0x3c-2), uint32(0x40), // of the DOS header only the ends are read
		[]byte("PE\x00\x00"),
		pe.FileHeader{
			Machine:              pe.IMAGE_FILE_MACHINE_AMD64,
			NumberOfSections:     1,
			SizeOfOptionalHeader: uint16(binary.Size(pe.OptionalHeader64{})),
			Characteristics:      pe.IMAGE_FILE_EXECUTABLE_IMAGE | pe.IMAGE_FILE_LARGE_ADDRESS_AWARE | pe.IMAGE_FILE_DLL,
		},
		pe.OptionalHeader64{
			Magic:                       0x20b, // PE32+
			ImageBase:                   0x1_8000_0000,
			SectionAlignment:            pageAlign,
			FileAlignment:               fileAlign,
			MajorOperatingSystemVersion: 6,
			MajorSubsystemVersion:       6,
			SizeOfInitializedData:       fileAlign,
			SizeOfHeaders:               fileAlign,
			SizeOfImage:                 2 * pageAlign,
			Subsystem:                   pe.IMAGE_SUBSYSTEM_WINDOWS_CUI,
			DllCharacteristics:          pe.IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE | pe.IMAGE_DLLCHARACTERISTICS_NX_COMPAT,
			NumberOfRvaAndSizes:         16,
			DataDirectory: [16]pe.DataDirectory{
				pe.IMAGE_DIRECTORY_ENTRY_EXPORT: {VirtualAddress: pageAlign, Size: uint32(len(section))},
			},
		},
		pe.SectionHeader32{
			Name:             [8]uint8{'.', 'r', 'd', 'a', 't', 'a'},
			VirtualSize:      uint32(len(section)),
			VirtualAddress:   pageAlign,
			SizeOfRawData:    fileAlign,
			PointerToRawData: fileAlign,
			Characteristics:  pe.IMAGE_SCN_CNT_INITIALIZED_DATA | pe.IMAGE_SCN_MEM_READ,
		},
	)
	image := make([]byte, 2*fileAlign)
	copy(image, headers)
	copy(image[fileAlign:], section)
	return image
}

// directory is the head of an export section. The fields whose names begin with
// At are addresses, relative to where the DLL is loaded.
type directory struct {
	Flags, Time, Version           uint32
	AtFile                         uint32
	Base, Functions, Names         uint32
	AtFunctions, AtNames, AtNumber uint32
}

// exports returns the export section that will be loaded at address at. An
// exported function whose address lies inside this section is a forward, and
// the text there says where to.
func exports(at uint32, file, name, target string) []byte {
	var (
		functions  = at + uint32(binary.Size(directory{}))
		names      = functions + 4
		number     = names + 4
		fileText   = number + 2
		nameText   = fileText + uint32(len(file)) + 1
		targetText = nameText + uint32(len(name)) + 1
	)
	return encode(
		directory{
			AtFile: fileText,
			Base:   1, Functions: 1, Names: 1,
			AtFunctions: functions, AtNames: names, AtNumber: number,
		},
		targetText, nameText, uint16(0),
		[]byte(file+"\x00"+name+"\x00"+target+"\x00"),
	)
}

func encode(parts ...any) []byte {
	var b bytes.Buffer
	for _, part := range parts {
		if err := binary.Write(&b, binary.LittleEndian, part); err != nil {
			panic(err) // a part without a fixed size
		}
	}
	return b.Bytes()
}
