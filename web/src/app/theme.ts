import type { ThemeConfig } from "antd";

/** ink is the colour of the header, blue that of what can be acted on. */
export const ink = "#17324d";
export const blue = "#1d5c8f";

export const theme: ThemeConfig = {
  token: {
    colorPrimary: blue,
    colorInfo: blue,
    colorLink: blue,
    colorPrimaryBg: "#e6f0f8",
    colorInfoBg: "#eef5fa",
    colorInfoBorder: "#bdd5e7",
    colorBgLayout: "#f3f5f8",
    borderRadius: 4,
    fontFamily: '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", system-ui, sans-serif',
  },
  components: {
    Layout: { headerBg: ink, headerHeight: 52, headerPadding: "0 20px", siderBg: "#fff" },
    Menu: { itemHeight: 34, itemMarginBlock: 2, groupTitleFontSize: 12, groupTitleColor: "#5d6b79" },
    Table: { cellPaddingBlockMD: 9, headerBg: "#f6f8fa", headerColor: "#4a5866" },
    Segmented: { trackBg: "#e1e7ed", itemSelectedColor: blue },
    Card: { headerFontSize: 15, headerHeight: 44, headerPadding: 16, bodyPadding: 16 },
  },
};
