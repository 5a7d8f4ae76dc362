import dayjs from "dayjs";
import { expect, it } from "vitest";
import { noticeOf } from "./NoticeDialog";

it("spells a notice out day by day and remembers which range each day came from", () => {
  const { notice, rangeOf } = noticeOf({
    id: " 国办发明电〔2022〕16号 ", year: 2023, title: "2023年部分节假日安排", issued: dayjs("2022-12-08"),
    ranges: [
      { days: [dayjs("2023-09-29"), dayjs("2023-10-01")], kind: "off", holiday: "国庆节" },
      { days: [dayjs("2023-10-07"), dayjs("2023-10-07")], kind: "work", holiday: "国庆节" },
    ],
  });
  expect(notice.id).toBe("国办发明电〔2022〕16号");
  expect(notice.issued).toBe("2022-12-08");
  expect(notice.days.map((d) => `${d.date} ${d.kind}`)).toEqual(["2023-09-29 off", "2023-09-30 off", "2023-10-01 off", "2023-10-07 work"]);
  expect(rangeOf).toEqual([0, 0, 0, 1]);
});
